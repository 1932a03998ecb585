/**
 * What the shop on AWS keeps, and who watches over it, under Pulumi's mocks: what is registered, and with which inputs, held
 * against the services' own code and against what AWS is known to refuse. It proves nothing of parents, order, unknown
 * values and secrets, which mocks are silent about, and nothing of AWS itself.
 */
import assert from 'node:assert/strict';
import { inventory } from '../../entries/functions/inventory.ts';
import { notification } from '../../entries/functions/notification.ts';
import { order } from '../../entries/functions/order.ts';
import { payment } from '../../entries/functions/payment.ts';
import { countOf } from '../../runtime/edges/aws/count.ts';
import { ofType, the } from '../support/infrastructure.ts';
import { awsPlatforms, type Platforms } from '../support/platforms.ts';

const functions = { order, inventory, payment, notification };

describe('the platform on AWS', () => {
  let learn: Platforms['learn'];
  let prod: Platforms['production'];
  let varied: Platforms['varied'];
  before(async function () {
    this.timeout(120_000);
    ({ learn, production: prod, varied } = await awsPlatforms());
  });

  describe('data', () => {
    it('is encrypted, private, and protected in production', () => {
      for (const [resources, protectedNow] of [
        [learn, false],
        [prod, true],
      ] as const) {
        const database = the(resources, 'aws:rds/instance:Instance', 'database');
        assert.deepEqual([database.storageEncrypted, database.publiclyAccessible], [true, false]);
        assert.equal(database.deletionProtection, protectedNow);
        assert.equal(database.skipFinalSnapshot, !protectedNow);
        assert.equal(database.finalSnapshotIdentifier !== undefined, protectedNow);
        for (const table of ofType(resources, 'aws:dynamodb/table:Table').values())
          assert.equal(table.deletionProtectionEnabled, protectedNow);
        for (const secret of ofType(resources, 'aws:secretsmanager/secret:Secret').values())
          assert.equal(secret.recoveryWindowInDays, protectedNow ? 30 : 0);
        for (const bucket of ofType(resources, 'aws:s3/bucket:Bucket').values())
          assert.equal(bucket.forceDestroy, !protectedNow);
        for (const repository of ofType(resources, 'aws:ecr/repository:Repository').values())
          assert.equal(repository.forceDelete, !protectedNow);
      }
    });

    it('has tables as the adapter says', () => {
      const table = the(learn, 'aws:dynamodb/table:Table', 'order');
      assert.equal(table.name, 'ecommerce-test-order');
      assert.deepEqual([table.hashKey, table.rangeKey, table.billingMode], ['pk', 'sk', 'PAY_PER_REQUEST']);
      assert.deepEqual([table.streamEnabled, table.streamViewType], [true, 'NEW_IMAGE']);
      assert.deepEqual(table.ttl, { attributeName: 'expires', enabled: true });
      assert.deepEqual(table.pointInTimeRecovery, { enabled: true });
      assert.deepEqual(
        table.globalSecondaryIndexes.map((index: { name: string }) => index.name),
        ['unpublished', 'byUser', 'open'],
      );
      const declared = table.attributes.map(({ name }: { name: string }) => name);
      const used = table.globalSecondaryIndexes.flatMap(
        ({ keySchemas }: { keySchemas: { attributeName: string }[] }) =>
          keySchemas.map(({ attributeName }) => attributeName),
      );
      assert.deepEqual(declared.toSorted(), [...new Set(['pk', 'sk', ...used])].sort());
    });

    it('is watched where a budget is, once somebody can be told', () => {
      assert.equal(ofType(learn, 'aws:budgets/budget:Budget').size, 0);
      const budget = the(varied, 'aws:budgets/budget:Budget', 'budget');
      assert.deepEqual(budget.costFilters, [
        { name: 'TagKeyValue', values: ['user:cost$ecommerce-platform/test'] },
      ]);
      assert.equal(
        the(varied, 'aws:sns/topicSubscription:TopicSubscription', 'alarms-mail').protocol,
        'email',
      );
    });

    it('keeps names within what AWS takes', () => {
      for (const [type, most] of [
        ['aws:lb/loadBalancer:LoadBalancer', 32],
        ['aws:lb/targetGroup:TargetGroup', 32],
        ['aws:lambda/function:Function', 64],
        ['aws:scheduler/schedule:Schedule', 64],
        ['aws:sqs/queue:Queue', 80],
        ['aws:elasticache/serverlessCache:ServerlessCache', 40],
        ['aws:rds/instance:Instance', 63],
      ] as const)
        for (const [name, inputs] of ofType(learn, type))
          assert.ok((inputs.name ?? inputs.identifier).length <= most, `${type} ${name}`);
    });
  });

  describe('the watch', () => {
    it('has an alarm for each queue, its dead letters and each function', () => {
      const alarms = [...ofType(learn, 'aws:cloudwatch/metricAlarm:MetricAlarm').keys()];
      for (const consumer of ['order-saga', 'notification-mail'])
        assert.ok(
          alarms.includes(`alarm-${consumer}-dead-letters`) && alarms.includes(`alarm-${consumer}-age`),
        );
      for (const name of Object.keys(functions)) assert.ok(alarms.includes(`alarm-${name}-errors`));
    });

    it('counts orders where its consumers are, by what the functions write', () => {
      const { dashboardBody } = the(learn, 'aws:cloudwatch/dashboard:Dashboard', 'shop');
      const { properties } = JSON.parse(dashboardBody).widgets.find(
        (widget: { properties: { title: string } }) => widget.properties.title.startsWith('Orders'),
      );
      const queues = ofType(learn, 'aws:sqs/queue:Queue');
      for (const [namespace, name, , consumer, , type] of properties.metrics) {
        const { _aws } = countOf('ecommerce-test-', consumer, { type }) ?? {};
        assert.deepEqual(_aws?.CloudWatchMetrics[0]?.Namespace, namespace);
        assert.deepEqual(_aws?.CloudWatchMetrics[0]?.Metrics[0]?.Name, name);
        assert.ok(queues.has(consumer), consumer);
        const { filterPolicy } = the(learn, 'aws:sns/topicSubscription:TopicSubscription', consumer);
        assert.ok(JSON.parse(filterPolicy).type.includes(type), type);
      }
    });

    it('shows services, queues, orders, database and cache', () => {
      const { dashboardBody } = the(learn, 'aws:cloudwatch/dashboard:Dashboard', 'shop');
      const titles = JSON.parse(dashboardBody).widgets.map(
        ({ properties }: { properties: { title: string } }) => properties.title,
      );
      assert.deepEqual(titles, [
        'Function calls',
        'Function errors',
        'Function duration, p95',
        'Gateway',
        'Gateway latency, p95',
        'Orders: placed, and what they came to',
        'Queues: waiting',
        'Queues: age of the oldest, seconds',
        'Dead letters',
        'Documents: throttled',
        'Database',
        'Cache',
      ]);
    });
  });
});
