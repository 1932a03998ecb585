/**
 * The policy pack under the real engine: each rule refuses what breaks it, and nothing that does not. It does not
 * prove that the rules are all that a stack needs, nor what the shop's stacks do (the suites of the stacks run the
 * pack on them).
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { rules } from '../../policy/rules/index.ts';
import { simulate } from '../../stand-ins/pulumi/simulation.ts';
import { SimulatedCloud } from '../../stand-ins/pulumi/simulator/cloud.ts';
import { examples } from './policies/examples.ts';
import { describeEngine } from './support/life.ts';
import { nodeModules, projectFolder } from './support/program.ts';
import { type Outcome, Stack } from './support/stack.ts';
import { nameOf } from './support/state.ts';

const program = join(projectFolder, 'tests/engine/policies');
const policyPack = join(projectFolder, 'policy');
/** The examples are resources out of any order, so the cloud's own rules are left out. */
const anything = { resources: {}, functions: {}, isOpen: () => true };

await describeEngine('the policy pack', (cli) => {
  let simulation: Awaited<ReturnType<typeof simulate>>;
  let stack: Stack;
  let seen: Outcome;
  const cloud = new SimulatedCloud(program);

  before(async () => {
    simulation = await simulate(
      nodeModules,
      { aws: anything, 'azure-native': anything, kubernetes: anything },
      cloud,
    );
    const config = { 'aws:region': 'eu-west-1' };
    stack = await Stack.open({ cli, simulation, program, stack: 'dev', config, policyPack });
    seen = await stack.preview();
  });
  after(() => {
    simulation?.stop();
    stack?.close();
  });

  const violationsOf = (rule: string) =>
    [
      ...new Set(seen.violations.filter(({ policy }) => policy === rule).map(({ urn }) => nameOf(urn))),
    ].sort();

  for (const { name } of rules)
    it(`${name} refuses what breaks it, and nothing else`, () => {
      const { bad = {} } = examples[name] ?? {};
      assert.notDeepEqual(Object.keys(bad), [], 'there is no example');
      assert.deepEqual(violationsOf(name), Object.keys(bad).sort(), seen.output);
    });

  it('every example is of a rule of the pack', () => {
    assert.deepEqual(Object.keys(examples).sort(), rules.map(({ name }) => name).sort());
    assert.equal(seen.ok, false);
  });

  it('an up makes nothing that breaks a rule', async () => {
    await stack.configure({ only: 'open-queue' });
    const refused = await stack.up();
    assert.equal(refused.ok, false);
    assert.match(refused.output, /is not encrypted: set sqsManagedSseEnabled/);
    assert.deepEqual(cloud.objects(), []);
    await stack.configure({ only: 'closed-queue' });
    const taken = await stack.up();
    assert.ok(taken.ok, taken.output);
    assert.equal(cloud.objects().length, 1);
  });
});
