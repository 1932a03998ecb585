/**
 * Functions on AWS, and the queues that wake them, under Pulumi's mocks: what is registered, and with which inputs, held
 * against the services' own code and against what AWS is known to refuse. It proves nothing of parents, order, unknown
 * values and secrets, which mocks are silent about, and nothing of AWS itself.
 */
import assert from 'node:assert/strict';
import { z } from 'zod';
import { inventory } from '../../entries/functions/inventory.ts';
import { notification } from '../../entries/functions/notification.ts';
import { order } from '../../entries/functions/order.ts';
import { payment } from '../../entries/functions/payment.ts';
import { newEventsFilter } from '../../runtime/adapters/aws/table.ts';
import { mailSettings, smsSettings } from '../../runtime/adapters/shared/mailer.ts';
import { hostedSettings, readEnv } from '../../runtime/config/env.ts';
import { ofType, statementsIn, the } from '../support/infrastructure.ts';
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

  describe('functions', () => {
    const lambda = (name: string) => the(learn, 'aws:lambda/function:Function', name);

    it('are six times faster than their queues are patient, and than the gateway is', () => {
      for (const [name, { timeout, memorySize, runtime, architectures }] of ofType(
        learn,
        'aws:lambda/function:Function',
      )) {
        assert.equal(timeout, name === 'notification' ? 30 : 25, name);
        assert.deepEqual([memorySize, runtime, architectures], [512, 'nodejs24.x', ['arm64']]);
      }
      for (const [name, { visibilityTimeoutSeconds }] of ofType(learn, 'aws:sqs/queue:Queue'))
        if (!/dead|failures/.test(name)) assert.ok(visibilityTimeoutSeconds >= 6 * 30, name);
    });

    for (const [name, composition] of Object.entries(functions))
      it(`${name} gets the settings that it reads, and no other`, () => {
        const { variables } = lambda(name).environment;
        const settings = {
          ...hostedSettings,
          JWKS_URL: z.url(),
          RESOURCE_PREFIX: z.string().min(1),
          TOPIC_ARN: z.string().startsWith('arn:'),
          ...composition.settings,
          ...(name === 'notification' && { ...mailSettings, ...smsSettings }),
        };
        readEnv(settings, variables);
        assert.deepEqual(
          Object.keys(variables).filter((key) => !(key in settings)),
          [],
        );
      });

    it('get the secrets of Stripe by name, and may read them', () => {
      const { variables } = the(varied, 'aws:lambda/function:Function', 'payment').environment;
      assert.match(variables.STRIPE_SECRET_KEY_SECRET_NAME, /^arn:.*stripe-secret-key/);
      assert.match(variables.STRIPE_WEBHOOK_SECRET_SECRET_NAME, /^arn:.*stripe-webhook-secret/);
      const ids = statementsIn(the(varied, 'aws:iam/rolePolicy:RolePolicy', 'function-payment').policy);
      assert.deepEqual(
        ids.map(({ Sid }) => Sid).filter((sid) => sid.startsWith('ReadStripe')),
        ['ReadStripeSecretKey', 'ReadStripeWebhookSecret'],
      );
      assert.ok(!JSON.stringify(variables).includes('"sk"'));
      const { variables: orders } = the(varied, 'aws:lambda/function:Function', 'order').environment;
      assert.equal(order.settings.DEFAULT_PAYMENT_METHOD.parse(orders.DEFAULT_PAYMENT_METHOD), undefined);
    });

    it('have their logs made before them, with an end', () => {
      for (const [name, group] of ofType(learn, 'aws:cloudwatch/logGroup:LogGroup'))
        assert.equal(group.retentionInDays, 7, name);
      for (const [name, { loggingConfig }] of ofType(learn, 'aws:lambda/function:Function'))
        assert.equal(loggingConfig.logGroup, `/aws/lambda/ecommerce-test-${name}`);
    });

    it('are woken by every queue and every table, in part when a part fails', () => {
      const sources = ofType(learn, 'aws:lambda/eventSourceMapping:EventSourceMapping');
      assert.deepEqual([...sources.keys()].sort(), [
        'inbox-stream',
        'inventory-catalogue',
        'inventory-saga',
        'inventory-stream',
        'notification-contacts',
        'notification-mail',
        'notification-stream',
        'order-catalogue',
        'order-saga',
        'order-stream',
        'payment-provider-stream',
        'payment-saga',
        'payment-stream',
      ]);
      for (const [name, source] of sources) {
        assert.deepEqual(source.functionResponseTypes, ['ReportBatchItemFailures'], name);
        if (!name.endsWith('-stream')) assert.ok(source.scalingConfig.maximumConcurrency >= 2, name);
        else {
          // By itself a stream's source tries for ever, and holds up the shard.
          assert.ok(source.maximumRetryAttempts >= 0 && source.maximumRetryAttempts <= 10, name);
          assert.ok(source.maximumRecordAgeInSeconds > 0, name);
          assert.equal(source.bisectBatchOnFunctionError, true);
          assert.ok(source.destinationConfig.onFailure.destinationArn);
          assert.deepEqual(JSON.parse(source.filterCriteria.filters[0].pattern), newEventsFilter);
        }
      }
    });

    it('reserve no concurrency: a new account has none to give', () => {
      for (const { reservedConcurrentExecutions } of ofType(prod, 'aws:lambda/function:Function').values())
        assert.equal(reservedConcurrentExecutions, undefined);
    });

    it('stay out of the network, which would hold up its end', () => {
      for (const { vpcConfig } of ofType(prod, 'aws:lambda/function:Function').values())
        assert.equal(vpcConfig, undefined);
    });

    it('are called by schedules that exist, by their names', () => {
      const schedules = [...ofType(learn, 'aws:scheduler/schedule:Schedule')];
      assert.deepEqual(
        schedules
          .map(([name, { target, scheduleExpression }]) => [name, target.input, scheduleExpression])
          .sort(),
        [
          ['inventory-outbox-sweep', '{"schedule":"outbox-sweep"}', 'rate(1 minute)'],
          ['notification-outbox-sweep', '{"schedule":"outbox-sweep"}', 'rate(1 minute)'],
          ['order-order-reconciler', '{"schedule":"order-reconciler"}', 'rate(1 minute)'],
          ['order-outbox-sweep', '{"schedule":"outbox-sweep"}', 'rate(1 minute)'],
          ['payment-outbox-sweep', '{"schedule":"outbox-sweep"}', 'rate(1 minute)'],
        ],
      );
    });
  });

  describe('messaging', () => {
    it('has a queue and dead letters for each consumer, filled by its types only', () => {
      const subscriptions = ofType(learn, 'aws:sns/topicSubscription:TopicSubscription');
      const { consumers } = order.create(
        {} as never,
        {
          logger: undefined,
          clock: undefined,
          open: () => undefined,
          mailer: () => undefined,
          sms: () => undefined,
        } as never,
      );
      for (const { name, types } of consumers) {
        const { rawMessageDelivery, filterPolicy, protocol } = subscriptions.get(name);
        assert.deepEqual([rawMessageDelivery, protocol], [true, 'sqs']);
        assert.deepEqual(JSON.parse(filterPolicy), { type: types });
        const queue = the(learn, 'aws:sqs/queue:Queue', name);
        assert.equal(queue.name, `ecommerce-test-${name}`);
        assert.equal(JSON.parse(queue.redrivePolicy).maxReceiveCount, 1000);
        assert.equal(the(learn, 'aws:sqs/queue:Queue', `${name}-dead`).name, `ecommerce-test-${name}-dead`);
      }
    });

    it('encrypts queues with a key under which SNS may send', () => {
      for (const [name, queue] of ofType(learn, 'aws:sqs/queue:Queue')) {
        assert.equal(queue.sqsManagedSseEnabled, true, name);
        assert.equal(queue.kmsMasterKeyId, undefined, name);
      }
    });

    it('lets only the topic into a queue', () => {
      for (const [name, { policy }] of ofType(learn, 'aws:sqs/queuePolicy:QueuePolicy')) {
        const [statement, ...more] = JSON.parse(policy).Statement;
        assert.deepEqual(more, []);
        assert.deepEqual(statement.Principal, { Service: 'sns.amazonaws.com' }, name);
        assert.match(statement.Condition.ArnEquals['aws:SourceArn'], /topic\/ecommerce-test-events$/);
      }
    });
  });
});
