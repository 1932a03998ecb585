/** What the engine's cases must know of the shop on AWS. */
import { join } from 'node:path';
import { packagesOfAws } from '../../stand-ins/pulumi/simulator/packages/index.ts';
import { at, isObject } from '../../stand-ins/pulumi/simulator/values.ts';
import { projectFolder } from './support/program.ts';
import type { Subject } from './support/subject.ts';

const lambda = 'aws:lambda/function:Function';
const labels = ['app.kubernetes.io/part-of', 'app.kubernetes.io/instance', 'cost'];
const tags = ['project', 'stack', 'component', 'cost'];

const addition = "\nconsole.debug('another line');\n";

export function subjectOf(program: string, profile: string, more: Partial<Subject> = {}): Subject {
  return {
    program,
    stack: 'aws',
    packages: packagesOfAws,
    policyPack: join(program, 'policy'),
    config: {
      profile,
      alarmEmail: 'operator@example.com',
      ...(profile === 'production' && { clusterAccess: '203.0.113.0/24' }),
    },
    fault: {
      operation: 'create',
      type: 'aws:eks/nodeGroup:NodeGroup',
      message: 'CREATE_FAILED: no capacity',
    },
    edits: [
      {
        title: 'the notification function’s code changes',
        file: 'functions/notification/mail.ts',
        change: (text) => text + addition,
        touches: [`update ${lambda} notification`],
      },
      {
        title: 'the product service’s code changes',
        file: 'services/product/service.ts',
        change: (text) => text + addition,
        touches: [
          'update docker-build:index:Image product',
          'update kubernetes:apps/v1:Deployment product',
          // Its migrations run from the new image, before the pods do.
          'replace kubernetes:batch/v1:Job product-migrate',
        ],
      },
    ],
    settings: [],
    drift: {
      changed: { type: lambda, name: 'payment', to: { timeout: 3 } },
      deleted: { type: 'aws:cloudwatch/dashboard:Dashboard', name: 'shop' },
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

/** What holds data or keys. */
export const protectedInProduction = [
  ...['inbox', 'inventory', 'notification', 'order', 'payment', 'payment-provider'].map(
    (name) => `aws:dynamodb/table:Table ${name}`,
  ),
  'aws:eks/cluster:Cluster cluster',
  'aws:rds/instance:Instance database',
  'tls:index/privateKey:PrivateKey signing',
];
