/**
 * The order function's bundle under AWS's own runtime interface client, which is what calls it in Lambda: it answers
 * as under the stand-in host, for HTTP, a queue and a failure. The client compiles natively and so is no dependency:
 * LAMBDA_RIC names the folder of an installed `aws-lambda-ric`. It does not prove Lambda's own freezing and limits.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { orderTable } from '../../../functions/order/service.ts';
import { createSnsPublisher } from '../../../runtime/adapters/aws/publisher.ts';
import { tableName } from '../../../runtime/adapters/aws/table.ts';
import { makeEvent } from '../../../runtime/contracts/events/make.ts';
import { buildUnits } from '../../../scripts/build/build.ts';
import { findUnits } from '../../../scripts/build/units.ts';
import { createConsumerQueue, createTopic } from '../../../stand-ins/aws/queues.ts';
import { createTable } from '../../../stand-ins/aws/tables.ts';
import { type Polling, stopAll } from '../../../stand-ins/lambda/polling.ts';
import { startQueueSource } from '../../../stand-ins/lambda/queue-source.ts';
import { type RuntimeApi, startRuntimeApi } from '../../../stand-ins/lambda/runtime-api.ts';
import { eventually } from '../../contract/case.ts';
import { awsStandIns, freshPrefix } from '../../support/aws.ts';
import { type Issuer, startIssuer } from '../../support/issuer.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const client = process.env.LAMBDA_RIC;
const howTo =
  'npm install --prefix DIR aws-lambda-ric@4 (needs cmake and a C++ compiler), then LAMBDA_RIC=DIR/node_modules/aws-lambda-ric';

describe('the order function under AWS’s runtime interface client', function () {
  this.timeout(60_000);
  if (!client) {
    it.skip(`needs that client: ${howTo}`);
    return;
  }
  const prefix = freshPrefix();
  const userId = `USR-${'1'.repeat(26)}`;
  const productId = `PRD-${'0'.repeat(26)}`;
  let folder: string;
  let api: RuntimeApi;
  let issuer: Issuer;
  let runtime: ChildProcess;
  let topicArn: string;
  const pollings: Polling[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'shop-ric-'));
    const units = findUnits(root).filter(({ cloud, name }) => cloud === 'aws' && name === 'order');
    const aws = await awsStandIns();
    [api, issuer, topicArn] = await Promise.all([
      startRuntimeApi(),
      startIssuer(),
      createTopic(aws.sns, `${prefix}events`),
      buildUnits({ root, outDir: folder, units }),
    ]);
    await createTable(aws.dynamoDb, { tableName: tableName(prefix, orderTable), definition: orderTable });
    const consumer = { name: 'order-catalogue', types: ['product.created' as const] };
    const queue = await createConsumerQueue(aws, consumer, { prefix, topicArn });
    pollings.push(startQueueSource({ sqs: aws.sqs, queue, invoke: api.invoke, concurrency: 1 }));
    runtime = spawn(process.execPath, [join(client, 'index.mjs'), 'main.handler'], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        ...issuer.settings,
        AWS_LAMBDA_RUNTIME_API: api.address,
        LAMBDA_TASK_ROOT: join(folder, 'aws/order'),
        _HANDLER: 'main.handler',
        AWS_LAMBDA_FUNCTION_NAME: 'order',
        AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
        AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/order',
        AWS_LAMBDA_LOG_STREAM_NAME: 'any',
        AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'standin',
        AWS_SECRET_ACCESS_KEY: 'standin',
        AWS_ENDPOINT_URL_DYNAMODB: aws.dynamoDbEndpoint,
        AWS_ENDPOINT_URL_SNS: aws.snsSqsEndpoint,
        AWS_ENDPOINT_URL_SQS: aws.snsSqsEndpoint,
        TOKEN_AUDIENCE: 'shop',
        TOPIC_ARN: topicArn,
        RESOURCE_PREFIX: prefix,
        LOG_LEVEL: 'silent',
      },
    });
  });
  after(async () => {
    await stopAll(pollings);
    runtime?.kill('SIGKILL');
    api?.stop();
    issuer?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const call = async (routeKey: string, body?: object, token = '') => {
    const [method, path] = routeKey.split(' ');
    const answer = (await api.invoke({
      version: '2.0',
      routeKey,
      rawPath: path,
      rawQueryString: '',
      requestContext: { http: { method, path } },
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      ...(body && { body: JSON.stringify(body), isBase64Encoded: false }),
    })) as { statusCode: number; body: string };
    return { status: answer.statusCode, body: JSON.parse(answer.body) };
  };

  it('answers a request without a token with 401, as a problem', async () => {
    const { status, body } = await call('GET /api/orders');
    assert.equal(status, 401);
    assert.equal(body.title, 'Unauthorized');
  });

  it('hears of a product by its queue, and takes an order for it', async () => {
    const facts = { productId, sku: 'S', name: 'Tea', price: 500, currency: 'EUR' };
    const { sns } = await awsStandIns();
    await createSnsPublisher(sns, topicArn).publish([makeEvent('product.created', productId, 1, facts)]);
    const order = { items: [{ productId, quantity: 1 }] };
    await eventually(async () => {
      const { status, body } = await call('POST /api/orders', order, issuer.token(userId));
      assert.equal(status, 201, JSON.stringify(body));
      assert.equal(body.status, 'pending');
    }, 15_000);
  });

  it('fails with the error of an event that it does not know', async () => {
    await assert.rejects(api.invoke({ detail: 'none' }), {
      errorType: 'Error',
      message: /^this event is of no kind that the function knows/,
    });
  });
});
