/**
 * What every stack must do under the real engine, from its first preview to its end. Each case builds on those before
 * it: together they are the life of one stack, and each run of the CLI takes seconds.
 *
 * They do not prove that a real cloud would take what the simulated one takes.
 */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { SimulatedCloud } from '../../stand-ins/pulumi/simulator/cloud.ts';
import { same } from '../../stand-ins/pulumi/simulator/values.ts';
import { copyProgram } from './support/program.ts';
import type { Outcome, Stack } from './support/stack.ts';
import { nameOf, plainSecrets, resourceList, resourcesOf, withoutParent } from './support/state.ts';
import type { Subject } from './support/subject.ts';

export interface Life {
  readonly subject: Subject;
  readonly stack: Stack;
  readonly cloud: SimulatedCloud;
  /** All that the CLI has said so far. */
  readonly said: string[];
  /** What puts the program back as it was. */
  readonly afterwards: (() => void)[];
}

export interface Case {
  readonly title: string;
  run(life: Life): Promise<void>;
}

const succeed = (life: Life, outcome: Outcome): Outcome => {
  life.said.push(outcome.output);
  assert.ok(outcome.ok, complaintsOf(outcome));
  return outcome;
};

function complaintsOf({ errors, violations, output }: Outcome): string {
  // What only advises is mostly that a rule must wait for values that a preview does not know.
  const mandatory = violations.filter(({ level }) => level === 'mandatory');
  const broken = mandatory.map(({ policy, urn, message }) => `${policy}: ${nameOf(urn)} ${message}`);
  const said = [...errors, ...broken];
  return said.length > 0 ? said.join('\n') : output.slice(-2000);
}

/** `update aws:sqs/queue:Queue mail`, without what stays as it is; a replacement is one change. */
export function changesOf({ steps }: Outcome): string[] {
  const parts = { 'create-replacement': 'replace', 'delete-replaced': 'replace' } as Record<string, string>;
  const changes = steps
    .filter(({ op, type }) => !['same', 'read', 'refresh'].includes(op) && type !== 'pulumi:pulumi:Stack')
    .map(({ op, type, name }) => `${parts[op] ?? op} ${type} ${name}`);
  return [...new Set(changes)].sort();
}

const preview: Case = {
  title: 'a preview plans everything, and makes nothing',
  run: async (life) => {
    const outcome = succeed(life, await life.stack.preview());
    assert.deepEqual(outcome.warnings, []);
    assert.notDeepEqual(changesOf(outcome), []);
    assert.deepEqual(life.cloud.objects(), []);
  },
};

const up: Case = {
  title: 'an up makes everything',
  run: async (life) => {
    succeed(life, await life.stack.up());
    assert.notDeepEqual(life.cloud.objects(), []);
  },
};

const failure: Case = {
  title: 'a failure in the middle is told, and the next up finishes what was begun',
  run: async (life) => {
    const { fault } = life.subject;
    life.cloud.failNext(fault);
    const failed = await life.stack.up();
    life.said.push(failed.output);
    assert.equal(failed.ok, false, 'the fault was never met');
    assert.ok(
      failed.errors.some((error) => error.includes(fault.message)),
      failed.output,
    );
    const begun = life.cloud.objects().length;
    assert.ok(begun > 0, 'nothing was made before the fault: it is not in the middle');
    succeed(life, await life.stack.up());
    assert.ok(life.cloud.objects().length > begun);
  },
};

const again: Case = {
  title: 'up again changes nothing',
  run: async (life) => {
    const before = life.cloud.calls.length;
    const outcome = succeed(life, await life.stack.up({ expectNoChanges: true }));
    assert.deepEqual(changesOf(outcome), []);
    assert.deepEqual(life.cloud.calls.slice(before), []);
  },
};

const elsewhere: Case = {
  title: 'from another folder, as on another machine, nothing changes',
  run: async (life) => {
    const other = copyProgram(life.subject.program);
    try {
      const outcome = await life.stack.preview({ from: other.folder });
      assert.deepEqual(changesOf(outcome), []);
      succeed(life, outcome);
    } finally {
      other.remove();
    }
  },
};

const order: Case = {
  title: 'every resource has a parent, tags, and its place in the reviewed list',
  run: async (life) => {
    const state = await life.stack.state();
    assert.deepEqual(withoutParent(state), [], 'without a parent');
    const untagged = life.cloud.objects().flatMap((object) => {
      const missing = life.subject.missingTags(object);
      return missing.length === 0 ? [] : [`${object.type} ${object.name}: ${missing.join(', ')}`];
    });
    assert.deepEqual(untagged, [], 'without tags');
    assertSnapshot(life.subject.snapshot, resourceList(state));
  },
};

const secrecy: Case = {
  title: 'no secret stands in plain text in state, outputs or logs, or outside the stores of secrets',
  run: async (life) => {
    const secrets = secretsOf(life);
    assert.notDeepEqual(Object.keys(secrets), [], 'there is no secret to look for');
    const state = JSON.stringify(await life.stack.state());
    const outputs = await life.stack.command('stack', 'output', '--json');
    assert.deepEqual(plainSecrets(state, secrets), [], 'in the state');
    assert.deepEqual(plainSecrets(outputs + life.said.join('\n'), secrets), [], 'in outputs or logs');
    const { secretHolders } = life.subject;
    const elsewhere = life.cloud.objects().flatMap(({ type, name, inputs }) => {
      const barred = Object.entries(secrets).filter(
        ([secret]) => !secretHolders.includes(type) && !secretHolders.includes(`${type} ${secret}`),
      );
      const found = plainSecrets(JSON.stringify(inputs), Object.fromEntries(barred));
      return found.map((place) => `${type} ${name}: ${place}`);
    });
    assert.deepEqual(elsewhere, [], 'in the cloud');
  },
};

/** What the program generated and was given. */
function secretsOf({ cloud, subject }: Life): Record<string, string> {
  const generated = cloud.objects(
    'random:index/randomPassword:RandomPassword',
    'tls:index/privateKey:PrivateKey',
  );
  const named = generated.map(({ name, outputs }) => [name, String(outputs.result ?? outputs.privateKeyPem)]);
  return { ...Object.fromEntries(named), ...subject.secrets };
}

/** They stay until the end of the stack's life, so that each costs one up. */
const edits = ({ edits: all }: Subject): Case[] =>
  all.map(({ title, file, change, touches }) => ({
    title: `${title}: exactly that is touched`,
    run: async (life) => {
      const path = join(life.subject.program, file);
      const text = readFileSync(path, 'utf8');
      const changed = change(text);
      assert.notEqual(changed, text, `${file} is as it was`);
      life.afterwards.push(() => writeFileSync(path, text));
      writeFileSync(path, changed);
      assert.deepEqual(changesOf(succeed(life, await life.stack.up())), [...touches].sort());
    },
  }));

const settings = ({ settings: all }: Subject): Case[] =>
  all.map(({ title, config, touches }) => ({
    title: `${title}: exactly that is touched`,
    run: async (life) => {
      await life.stack.configure(config);
      assert.deepEqual(changesOf(succeed(life, await life.stack.up())), [...touches].sort());
    },
  }));

const drift: Case = {
  title: 'what was changed or deleted by hand is seen, and repaired',
  run: async (life) => {
    const { changed, deleted } = life.subject.drift;
    const { inputs } = life.cloud.only(changed.type, changed.name);
    life.cloud.drift(life.cloud.only(changed.type, changed.name), changed.to);
    life.cloud.remove(life.cloud.only(deleted.type, deleted.name));
    const seen = await life.stack.preview({ refresh: true, expectNoChanges: true });
    assert.equal(seen.ok, false, 'a check for drift says nothing');
    const planned = changesOf(seen).join('\n');
    assert.match(planned, new RegExp(`${changed.type} ${changed.name}$`, 'm'));
    assert.match(planned, new RegExp(`create ${deleted.type} ${deleted.name}$`, 'm'));
    succeed(life, await life.stack.up({ refresh: true }));
    const repaired = life.cloud.only(changed.type, changed.name).inputs;
    assert.ok(same(repaired, inputs), `${JSON.stringify(repaired)} is not ${JSON.stringify(inputs)}`);
    life.cloud.only(deleted.type, deleted.name);
  },
};

const refusedDestroy: Case = {
  title: 'a destroy leaves alone what is protected',
  run: async (life) => {
    const { protected: kept = [] } = life.subject;
    const outcome = await life.stack.destroy();
    life.said.push(outcome.output);
    assert.equal(outcome.ok, false, 'everything was destroyed');
    const held = resourcesOf(await life.stack.state()).filter(({ protect }) => protect === true);
    assert.deepEqual(held.map(({ type, urn }) => `${type} ${nameOf(urn)}`).sort(), [...kept].sort());
    for (const { type, urn } of held) life.cloud.only(type, nameOf(urn));
    // As a user who means it: by the setting, so that the cloud's own protection goes too.
    await life.stack.configure(life.subject.unprotect ?? {});
    succeed(life, await life.stack.up());
  },
};

const destroy: Case = {
  title: 'destroy leaves nothing, in the state or in the cloud',
  run: async (life) => {
    succeed(life, await life.stack.destroy());
    assert.deepEqual(resourcesOf(await life.stack.state()), []);
    assert.deepEqual(
      life.cloud.objects().map(({ type, name }) => `${type} ${name}`),
      [],
    );
  },
};

/** The life of a stack. */
export function casesOf(subject: Subject): Case[] {
  const kept = subject.protected ?? [];
  return [
    preview,
    failure,
    again,
    elsewhere,
    order,
    ...edits(subject),
    ...settings(subject),
    drift,
    secrecy,
    ...(kept.length > 0 ? [refusedDestroy] : []),
    destroy,
  ];
}

/** One by one, for a test that plants a mistake and looks only at the case that must see it. */
export const cases = { preview, up, again, elsewhere, order, secrecy, drift, refusedDestroy, destroy, edits };

/** With UPDATE_SNAPSHOTS=1 the file is written instead, for a person to read what changed. */
function assertSnapshot(file: string, list: readonly string[]): void {
  const text = `${list.join('\n')}\n`;
  if (process.env.UPDATE_SNAPSHOTS === '1') {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  assert.ok(existsSync(file), `${file} is not there: UPDATE_SNAPSHOTS=1 writes it`);
  assert.deepEqual(text.split('\n'), readFileSync(file, 'utf8').split('\n'), file);
}
