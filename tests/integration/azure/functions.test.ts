/**
 * The functions' own entries for Azure, all in this process under the stand-in host: an order goes its way from HTTP
 * to its confirmation by Cosmos DB, its change feed and Service Bus. It does not prove the bundles, nor the real
 * host, nor processes that are frozen and ended.
 */
import assert from 'node:assert/strict';
import { CosmosClient } from '@azure/cosmos';
import { registerFunction } from '../../../entries/azure/function.ts';
import type { FunctionComposition } from '../../../entries/functions/composition.ts';
import { inventory } from '../../../entries/functions/inventory.ts';
import { notification } from '../../../entries/functions/notification.ts';
import { order } from '../../../entries/functions/order.ts';
import { payment } from '../../../entries/functions/payment.ts';
import { createSenders } from '../../../entries/functions/senders.ts';
import { lazy, serviceBusClient } from '../../../runtime/adapters/azure/clients.ts';
import { containerShape, leasesShape } from '../../../runtime/adapters/azure/container.ts';
import { createDocuments } from '../../../runtime/adapters/azure/documents.ts';
import { createTopicPublisher } from '../../../runtime/adapters/azure/publisher.ts';
import { subscriptionShape } from '../../../runtime/adapters/azure/subscriptions.ts';
import { openTopic } from '../../../runtime/adapters/azure/topic.ts';
import { type InboxDocument, inboxTable } from '../../../runtime/adapters/shared/document-inbox.ts';
import { readEnv } from '../../../runtime/config/env.ts';
import { makeEvent } from '../../../runtime/contracts/events/make.ts';
import { gatewayKeyHeader } from '../../../runtime/edges/azure/gateway-key.ts';
import { cronOf } from '../../../runtime/edges/azure/schedules.ts';
import { maxBodyBytes } from '../../../runtime/http/limits.ts';
import { systemClock } from '../../../runtime/ports/clock.ts';
import { createLogger } from '../../../runtime/telemetry/log.ts';
import { type FunctionsHost, startFunctionsHost } from '../../../stand-ins/functions/host.ts';
import { intervalOf } from '../../../stand-ins/functions/timer.ts';
import { eventually } from '../../contract/case.ts';
import { sharedCosmos, sharedServiceBus } from '../../support/azure.ts';
import { type Issuer, startIssuer } from '../../support/issuer.ts';
import { createMemoryDocuments } from '../../support/memory-documents.ts';

const database = 'functions-test';

describe('the functions on Azure Functions', () => {
  // No mail service is named, so that mail ends in the inbox of documents.
  const senders = createSenders({ mailers: {}, sms: {} }, {});
  const logLevel = process.env.LOG_LEVEL;
  let issuer: Issuer;
  let host: FunctionsHost;
  let cosmos: CosmosClient;
  let env: Record<string, string>;
  const reported: unknown[] = [];

  /** What the infrastructure makes for a function: its containers and subscriptions. */
  async function prepare<Shape extends FunctionComposition['settings']>(
    composition: FunctionComposition<Shape>,
  ): Promise<void> {
    const bus = await sharedServiceBus();
    for (const table of [composition.table, ...composition.otherTables]) {
      await cosmos.database(database).containers.create(containerShape(table) as never);
    }
    const { consumers } = composition.create(readEnv(composition.settings, env), {
      logger: createLogger('test', 'silent'),
      clock: systemClock,
      open: createMemoryDocuments,
      ...senders(createMemoryDocuments),
    });
    for (const consumer of consumers) {
      const { filter, maxDeliveryCount } = subscriptionShape(consumer);
      const settings = { lockMs: 60_000, maxDeliveryCount, deadLetterOnExpiry: true };
      bus.createSubscription(database, consumer.name, { sql: filter }, settings);
    }
  }

  before(async () => {
    process.env.LOG_LEVEL = 'silent';
    const { endpoint, connectionString } = await sharedCosmos();
    const bus = await sharedServiceBus();
    issuer = await startIssuer();
    const settings = { COSMOS: connectionString, SERVICE_BUS: bus.connectionString };
    env = {
      ...issuer.settings,
      ...settings,
      COSMOS_DATABASE: database,
      SERVICE_BUS_TOPIC: database,
      FEED_POLL_MS: '50',
      PUBLIC_URL: 'http://shop.invalid',
    };
    const connectionPolicy = { enableEndpointDiscovery: false };
    cosmos = new CosmosClient({ endpoint, key: 'eA==', connectionPolicy });
    await cosmos.databases.create({ id: database });
    await cosmos.database(database).containers.create(leasesShape as never);
    bus.createTopic(database);
    await prepare(order);
    await prepare(inventory);
    await prepare(payment);
    await prepare(notification);
    const register = () => {
      registerFunction(order, senders, env);
      registerFunction(inventory, senders, env);
      registerFunction(payment, senders, env);
      registerFunction(notification, senders, env);
    };
    host = await startFunctionsHost({
      register,
      settings,
      timers: false,
      report: (error) => reported.push(error),
    });
  });
  after(async () => {
    await host.stop();
    cosmos.dispose();
    issuer.stop();
    if (logLevel === undefined) delete process.env.LOG_LEVEL;
    else process.env.LOG_LEVEL = logLevel;
  });

  const call = async (method: string, path: string, token: string, body?: object) => {
    const response = await fetch(host.url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };

  it('answer the gateway only, where it has a key', async () => {
    const GATEWAY_KEY = 'known-to-the-gateway-only';
    const locked = await startFunctionsHost({
      register: () => registerFunction(inventory, senders, { ...env, GATEWAY_KEY }),
      settings: env,
      timers: false,
    });
    try {
      const path = `${locked.url}/api/inventory/PRD-${'9'.repeat(26)}`;
      const statusWith = async (headers: Record<string, string>) => (await fetch(path, { headers })).status;
      assert.equal(await statusWith({}), 403);
      assert.equal(await statusWith({ [gatewayKeyHeader]: 'somebody else' }), 403);
      assert.equal(await statusWith({ [gatewayKeyHeader]: GATEWAY_KEY }), 404);
    } finally {
      await locked.stop();
    }
  });

  it('take an order from its placing to its confirmation', async () => {
    const productId = `PRD-${'0'.repeat(26)}`;
    const userId = `USR-${'1'.repeat(26)}`;
    const user = issuer.token(userId);
    const admin = issuer.token(`USR-${'2'.repeat(26)}`, 'admin');
    const client = serviceBusClient({ connectionString: env.SERVICE_BUS ?? '' });
    await createTopicPublisher(openTopic(client, database)).publish([
      makeEvent('product.created', productId, 1, {
        productId,
        sku: 'S',
        name: 'Tea',
        price: 500,
        currency: 'EUR',
      }),
      makeEvent('user.registered', userId, 1, { userId, username: 'ann', email: 'ann@example.com' }),
    ]);
    await (await client()).close();
    await eventually(async () => {
      const stocked = await call('PUT', `/api/inventory/${productId}`, admin, { available: 10 });
      assert.equal(stocked.status, 200, JSON.stringify(stocked.body));
    });
    let orderId = '';
    await eventually(async () => {
      const placed = await call('POST', '/api/orders', user, { items: [{ productId, quantity: 2 }] });
      assert.equal(placed.status, 201, JSON.stringify(placed.body));
      orderId = String(placed.body.orderId);
    });
    await eventually(async () => {
      const { body } = await call('GET', `/api/orders/${orderId}`, user);
      assert.equal(body.status, 'confirmed');
    });
    await eventually(async () => {
      const { body } = await call('GET', `/api/inventory/${productId}`, user);
      assert.equal(body.available, 8);
    });
    const inbox = cosmos.database(database).container(inboxTable.name);
    await eventually(async () => {
      const query = { hash: 'ann@example.com' };
      const documents = createDocuments(
        lazy(async () => inbox),
        inboxTable,
      );
      const { items: mails } = await documents.query<InboxDocument>('byRecipient', query);
      assert.ok(mails.some(({ body: mail }) => mail.text.includes(orderId)));
    });
    await eventually(async () => {
      const { body } = await call('GET', '/api/orders', user);
      assert.deepEqual(
        (body.items as { orderId: string }[]).map((listed) => listed.orderId),
        [orderId],
      );
    });
    assert.deepEqual(reported, []);
  });

  it('answer without a token with 401, and too large a body with 413, as problems', async () => {
    const answers = [
      await fetch(`${host.url}/api/orders`),
      await fetch(`${host.url}/api/orders`, { method: 'POST', body: 'x'.repeat(maxBodyBytes + 1) }),
    ];
    assert.deepEqual(
      answers.map(({ status, headers }) => [status, headers.get('content-type')]),
      [
        [401, 'application/problem+json'],
        [413, 'application/problem+json'],
      ],
    );
    assert.equal((await fetch(`${host.url}/api/nowhere`)).status, 404);
  });

  it('run their schedules and the sweep of their outboxes', async () => {
    await host.fire('order-reconciler');
    await host.fire('outbox-sweep');
  });

  it('register one function for each route, consumer, table and schedule', () => {
    const of = (type: string) =>
      host.functions.filter(({ trigger }) => trigger.type === type).map(({ name }) => name);
    assert.deepEqual(of('cosmosDBTrigger'), [
      'order-outbox',
      'inventory-outbox',
      'payment-outbox',
      'payment-provider-outbox',
      'notification-outbox',
      'inbox-outbox',
    ]);
    assert.equal(of('timerTrigger').filter((name) => name === 'outbox-sweep').length, 4);
    assert.ok(of('httpTrigger').includes('placeOrder'));
    assert.ok(of('serviceBusTrigger').length >= 4);
  });

  it('name every setting that is missing', () => {
    assert.throws(() => registerFunction(order, senders, {}), /TOKEN_ISSUER[\s\S]*JWKS_URL/);
    const { COSMOS: _, ...rest } = env;
    assert.throws(() => registerFunction(order, senders, rest), /COSMOS__accountEndpoint: is missing/);
  });
});

describe('the schedule of a timer', () => {
  it('is the interval, or the next shorter one that a cron expression can say', () => {
    for (const [everyMs, cron, is] of [
      [200, '*/1 * * * * *', 1_000],
      [30_000, '*/30 * * * * *', 30_000],
      [45_000, '*/30 * * * * *', 30_000],
      [60_000, '0 */1 * * * *', 60_000],
      [15 * 60_000, '0 */15 * * * *', 15 * 60_000],
      [60 * 60_000, '0 0 */1 * * *', 60 * 60_000],
      [48 * 60 * 60_000, '0 0 0 * * *', 24 * 60 * 60_000],
    ] as const) {
      assert.equal(cronOf(everyMs), cron);
      assert.equal(intervalOf(cron), is);
    }
  });
});
