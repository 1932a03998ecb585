/**
 * The shop's own program on AWS, in both profiles, under the real engine and on a simulated cloud: the life of a
 * stack, with the policy pack. It does not prove that AWS takes what the simulated cloud takes; what is known of that
 * is in docs/cloud-facts.md.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packagesOfAws } from '../../stand-ins/pulumi/simulator/packages/index.ts';
import { at, isObject } from '../../stand-ins/pulumi/simulator/values.ts';
import { describeEngine, describeLife } from './support/life.ts';
import { copyProgram, projectFolder } from './support/program.ts';
import type { Subject } from './support/subject.ts';

const lambda = 'aws:lambda/function:Function';
const labels = ['app.kubernetes.io/part-of', 'app.kubernetes.io/instance', 'cost'];
const tags = ['project', 'stack', 'component', 'cost'];

const addition = '\nconsole.debug("another line");\n';

function subjectOf(program: string, profile: string, more: Partial<Subject> = {}): Subject {
  return {
    program,
    stack: 'aws',
    packages: packagesOfAws,
    policyPack: join(program, 'policy'),
    config: { profile, alarmEmail: 'operator@example.com' },
    fault: {
      operation: 'create',
      type: 'aws:eks/nodeGroup:NodeGroup',
      message: 'CREATE_FAILED: no capacity',
    },
    edits: [
      {
        title: 'the notification function’s code changes',
        file: 'functions/notification/handlers.ts',
        change: (text) => text + addition,
        touches: [`update ${lambda} notification`],
      },
      {
        title: 'the product service’s code changes',
        file: 'services/product/main.ts',
        change: (text) => text + addition,
        touches: ['update docker-build:index:Image product', 'update kubernetes:apps/v1:Deployment product'],
      },
    ],
    settings: [],
    drift: {
      changed: { type: lambda, name: 'payment', to: { timeout: 3 } },
      deleted: { type: 'aws:cloudwatch/dashboard:Dashboard', name: 'dashboard' },
    },
    missingTags: ({ type, inputs, outputs }) => {
      const isKubernetes = type.startsWith('kubernetes:') && at(inputs, 'metadata') !== undefined;
      const held = isKubernetes ? at(inputs, 'metadata.labels') : outputs.tagsAll;
      if (!isKubernetes && outputs.tagsAll === undefined) return [];
      return (isKubernetes ? labels : tags).filter((name) => !isObject(held) || held[name] === undefined);
    },
    secretHolders: ['aws:secretsmanager/secretVersion:SecretVersion', 'aws:rds/instance:Instance'],
    snapshot: join(projectFolder, `tests/engine/resources/aws-${profile}.txt`),
    ...more,
  };
}

const hasProgram = existsSync(join(projectFolder, 'Pulumi.yaml'));
if (!hasProgram) describe.skip('the stack aws (there is no Pulumi.yaml)', () => it('lives', () => {}));
else
  await describeEngine('the stack aws', (cli) => {
    const copy = copyProgram(projectFolder);
    after(() => copy.remove());
    describeLife('in profile learn', cli, subjectOf(copy.folder, 'learn'));
    describeLife(
      'in profile production',
      cli,
      subjectOf(copy.folder, 'production', { edits: [], protected: ['aws:rds/instance:Instance database'] }),
    );
  });
