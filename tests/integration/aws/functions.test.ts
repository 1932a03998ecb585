/**
 * The functions' own entries for Lambda, all in this process under the stand-in host: an order goes its way from
 * HTTP to its confirmation by DynamoDB, its stream, SNS and SQS. It does not prove the bundles, nor processes that
 * are frozen and ended.
 */
import assert from 'node:assert/strict';
import { createFunction } from '../../../entries/aws/function.ts';
import type { FunctionComposition } from '../../../entries/functions/composition.ts';
import { inventory } from '../../../entries/functions/inventory.ts';
import { notification } from '../../../entries/functions/notification.ts';
import { order } from '../../../entries/functions/order.ts';
import { payment } from '../../../entries/functions/payment.ts';
import { createSenders } from '../../../entries/functions/senders.ts';
import { createDocuments } from '../../../runtime/adapters/aws/documents.ts';
import { createSnsPublisher } from '../../../runtime/adapters/aws/publisher.ts';
import { tableName } from '../../../runtime/adapters/aws/table.ts';
import { type InboxDocument, inboxTable } from '../../../runtime/adapters/shared/document-inbox.ts';
import { readEnv } from '../../../runtime/config/env.ts';
import { apiRoutes } from '../../../runtime/contracts/api/index.ts';
import { makeEvent } from '../../../runtime/contracts/events/make.ts';
import { systemClock } from '../../../runtime/ports/clock.ts';
import { createLogger } from '../../../runtime/telemetry/log.ts';
import { createConsumerQueue, createTopic } from '../../../stand-ins/aws/queues.ts';
import { createTable } from '../../../stand-ins/aws/tables.ts';
import { type FrontRoute, type HttpFront, startHttpFront } from '../../../stand-ins/lambda/http-front.ts';
import { type Polling, stopAll } from '../../../stand-ins/lambda/polling.ts';
import { type Invoke, startQueueSource } from '../../../stand-ins/lambda/queue-source.ts';
import { startStreamSource } from '../../../stand-ins/lambda/stream-source.ts';
import { eventually } from '../../contract/case.ts';
import { awsStandIns, freshPrefix } from '../../support/aws.ts';
import { type Issuer, startIssuer } from '../../support/issuer.ts';
import { createMemoryDocuments } from '../../support/memory-documents.ts';

describe('the functions on Lambda', () => {
  // No mail service is named, so that mail ends in the inbox of documents.
  const senders = createSenders({ mailers: {}, sms: {} }, {});
  const prefix = freshPrefix();
  const pollings: Polling[] = [];
  const invokes = new Map<string, Invoke>();
  const savedEnv = { ...process.env };
  let issuer: Issuer;
  let front: HttpFront;
  let topicArn: string;

  /** A function from its entry, with what the infrastructure makes for it: tables, queues, routes. */
  async function deploy<Shape extends FunctionComposition['settings']>(
    composition: FunctionComposition<Shape>,
  ): Promise<FrontRoute[]> {
    const aws = await awsStandIns();
    const env = {
      ...process.env,
      ...issuer.settings,
      RESOURCE_PREFIX: prefix,
      TOPIC_ARN: topicArn,
      PUBLIC_URL: 'http://shop.invalid',
    };
    const handler = createFunction(composition, senders, env);
    const invoke: Invoke = (event) => handler(event, { getRemainingTimeInMillis: () => 30_000 });
    invokes.set(composition.name, invoke);
    const { consumers } = composition.create(readEnv(composition.settings, env), {
      logger: createLogger('test', 'silent'),
      clock: systemClock,
      open: createMemoryDocuments,
      ...senders(createMemoryDocuments),
    });
    for (const definition of [composition.table, ...composition.otherTables]) {
      const table = tableName(prefix, definition);
      await createTable(aws.dynamoDb, { tableName: table, definition });
      pollings.push(startStreamSource({ endpoint: aws.dynamoDbEndpoint, table, invoke }));
    }
    for (const consumer of consumers) {
      const queue = await createConsumerQueue(aws, consumer, { prefix, topicArn });
      pollings.push(startQueueSource({ sqs: aws.sqs, queue, invoke, concurrency: 2 }));
    }
    return apiRoutes
      .filter(({ service }) => service === composition.name)
      .map(({ method, path }) => ({ method, path, invoke }));
  }

  before(async () => {
    const aws = await awsStandIns();
    Object.assign(process.env, {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'standin',
      AWS_SECRET_ACCESS_KEY: 'standin',
      AWS_ENDPOINT_URL_DYNAMODB: aws.dynamoDbEndpoint,
      AWS_ENDPOINT_URL_SNS: aws.snsSqsEndpoint,
      AWS_ENDPOINT_URL_SQS: aws.snsSqsEndpoint,
      LOG_LEVEL: 'silent',
    });
    issuer = await startIssuer();
    topicArn = await createTopic(aws.sns, `${prefix}events`);
    front = await startHttpFront([
      ...(await deploy(order)),
      ...(await deploy(inventory)),
      ...(await deploy(payment)),
      ...(await deploy(notification)),
    ]);
  });
  after(async () => {
    await front.stop();
    await stopAll(pollings);
    issuer.stop();
    process.env = savedEnv;
  });

  const call = async (method: string, path: string, token: string, body?: object) => {
    const response = await fetch(front.url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };

  it('take an order from its placing to its confirmation', async () => {
    const { sns, dynamoDb } = await awsStandIns();
    const productId = `PRD-${'0'.repeat(26)}`;
    const userId = `USR-${'1'.repeat(26)}`;
    const user = issuer.token(userId);
    const admin = issuer.token(`USR-${'2'.repeat(26)}`, 'admin');
    await createSnsPublisher(sns, topicArn).publish([
      makeEvent('product.created', productId, 1, {
        productId,
        sku: 'S',
        name: 'Tea',
        price: 500,
        currency: 'EUR',
      }),
      makeEvent('user.registered', userId, 1, { userId, username: 'ann', email: 'ann@example.com' }),
    ]);
    await eventually(async () => {
      const stocked = await call('PUT', `/api/inventory/${productId}`, admin, { available: 10 });
      assert.equal(stocked.status, 200, JSON.stringify(stocked.body));
    });
    const items = [{ productId, quantity: 2 }];
    let orderId = '';
    await eventually(async () => {
      const placed = await call('POST', '/api/orders', user, { items });
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
    const table = { tableName: tableName(prefix, inboxTable), definition: inboxTable };
    await eventually(async () => {
      const query = { hash: 'ann@example.com' };
      const { items: mails } = await createDocuments(dynamoDb, table).query<InboxDocument>(
        'byRecipient',
        query,
      );
      assert.ok(mails.some(({ body: mail }) => mail.text.includes(orderId)));
    });
    const { body } = await call('GET', '/api/orders', user);
    assert.deepEqual(
      (body.items as { orderId: string }[]).map((listed) => listed.orderId),
      [orderId],
    );
  });

  it('answer without a token with 401, as a problem', async () => {
    const response = await fetch(`${front.url}/api/orders`);
    assert.equal(response.status, 401);
    assert.equal(response.headers.get('content-type'), 'application/problem+json');
  });

  it('run their schedules by name, and the sweep of the outbox', async () => {
    const invoke = invokes.get('order');
    await invoke?.({ schedule: 'order-reconciler' });
    await invoke?.({ schedule: 'outbox-sweep' });
    await assert.rejects(async () => invoke?.({ schedule: 'nothing' }), /no schedule nothing/);
  });

  it('name every setting that is missing', () => {
    assert.throws(() => createFunction(order, senders, {}), /TOKEN_ISSUER[\s\S]*JWKS_URL[\s\S]*TOPIC_ARN/);
  });
});
