/** What the engine's cases must know of the shop on AWS. */
import { packagesOfAws } from '../../stand-ins/pulumi/simulator/packages/index.ts';
import { isObject } from '../../stand-ins/pulumi/simulator/values.ts';
import { type ShopOnCloud, shopSubject } from './shop-subject.ts';
import type { Subject } from './support/subject.ts';

const lambda = 'aws:lambda/function:Function';

export const aws: ShopOnCloud = {
  stack: 'aws',
  packages: packagesOfAws,
  fault: {
    operation: 'create',
    type: 'aws:eks/nodeGroup:NodeGroup',
    message: 'CREATE_FAILED: no capacity',
  },
  functionTouches: [`update ${lambda} notification`],
  logTouches: [
    'cluster',
    'database',
    'gateway',
    'inventory',
    'metrics',
    'notification',
    'order',
    'payment',
  ].map((name) => `update aws:cloudwatch/logGroup:LogGroup logs-${name}`),
  budgetTouches: ['update aws:budgets/budget:Budget budget'],
  drift: {
    changed: { type: lambda, name: 'payment', to: { timeout: 3 } },
    deleted: { type: 'aws:cloudwatch/dashboard:Dashboard', name: 'shop' },
  },
  tagsOf: ({ outputs }) => (isObject(outputs.tagsAll) ? outputs.tagsAll : undefined),
  secretHolders: ['aws:secretsmanager/secretVersion:SecretVersion', 'aws:rds/instance:Instance'],
  protectedInProduction: [
    ...['inbox', 'inventory', 'notification', 'order', 'payment', 'payment-provider'].map(
      (name) => `aws:dynamodb/table:Table ${name}`,
    ),
    'aws:eks/cluster:Cluster cluster',
    'aws:rds/instance:Instance database',
    'tls:index/privateKey:PrivateKey signing',
  ],
};

export const subjectOf = (program: string, profile: string, more?: Partial<Subject>): Subject =>
  shopSubject(aws, program, profile, more);
