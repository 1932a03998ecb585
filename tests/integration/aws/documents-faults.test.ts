/**
 * The DynamoDB adapter when DynamoDB throttles, is in its own way, or does a thing and its answer is lost. The
 * faults are planted in the client below its retries. It does not prove that the real service has no others.
 */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { createDocuments } from '../../../runtime/adapters/aws/documents.ts';
import { AlreadyHandledError, UnavailableError } from '../../../runtime/errors.ts';
import type { TableDefinition } from '../../../runtime/function-service.ts';
import type { Unit } from '../../../runtime/ports/documents.ts';
import { standInClient } from '../../support/aws.ts';
import {
  answering,
  brokenConnection,
  clientsWith,
  type Fault,
  firstTimes,
  losingTheAnswer,
  serviceError,
} from '../../support/aws-faults.ts';
import { type AwsShop, openAwsShop } from '../../support/aws-shop.ts';

const table: TableDefinition = { name: 'thing', indexes: {} };
const key = { partition: 'a', id: 'thing' };
const create: Unit = { partition: 'a', writes: [{ kind: 'create', id: 'thing', body: { left: 5 } }] };
const takeOne: Unit = { partition: 'a', writes: [{ kind: 'adjust', id: 'thing', by: { left: -1 } }] };

const transact = 'TransactWriteItems';
const cancelled = (...codes: string[]) =>
  new TransactionCanceledException({
    message: 'Transaction cancelled (planted)',
    $metadata: { httpStatusCode: 400 },
    CancellationReasons: codes.map((Code) => ({ Code })),
  });

describe('documents on DynamoDB', () => {
  let shop: AwsShop | undefined;
  afterEach(() => shop?.close());

  async function openWith(fault: Fault, maxAttempts?: number) {
    shop = await openAwsShop({
      tables: [table],
      clients: await clientsWith(fault, maxAttempts),
      streams: false,
    });
    return shop.open(table);
  }

  for (const name of [
    'ProvisionedThroughputExceededException',
    'ThrottlingException',
    'RequestLimitExceeded',
  ]) {
    it(`are written and read though DynamoDB answers ${name} for a while`, async () => {
      const throttled = answering(() => serviceError(name));
      const writes = firstTimes(1, transact, throttled);
      const reads = firstTimes(1, 'GetItem', throttled);
      const documents = await openWith((command, send) => writes(command, send) ?? reads(command, send));
      await documents.commit(create);
      assert.equal((await documents.get(key))?.version, 1);
    });
  }

  it('are unavailable while DynamoDB goes on throttling', async () => {
    const throttled = answering(() => serviceError('ProvisionedThroughputExceededException'));
    const documents = await openWith(throttled, 2);
    await assert.rejects(documents.commit(create), UnavailableError);
    await assert.rejects(documents.get(key), UnavailableError);
  });

  for (const code of ['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']) {
    it(`are written once though their transaction is cancelled for ${code} three times`, async () => {
      const documents = await openWith(
        firstTimes(
          3,
          transact,
          answering(() => cancelled(code)),
        ),
      );
      await documents.commit(create);
      await documents.commit(takeOne);
      assert.deepEqual((await documents.get(key))?.body, { left: 4 });
    });
  }

  it('are unavailable in a storm of conflicts, after seconds and not for ever', async () => {
    let tries = 0;
    const documents = await openWith((command) => {
      if (command !== transact) return undefined;
      tries += 1;
      return Promise.reject(cancelled('None', 'TransactionConflict'));
    });
    const startedAt = Date.now();
    await assert.rejects(documents.commit(create), UnavailableError);
    assert.ok(tries > 4 && tries < 20, `${tries} tries`);
    assert.ok(Date.now() - startedAt < 8_000);
  });

  it('are written once though the answer to each write is lost', async () => {
    let writes = 0;
    const documents = await openWith((command, send) => {
      if (command !== transact) return undefined;
      writes += 1;
      return writes % 2 === 1 ? losingTheAnswer(command, send) : undefined;
    });
    await documents.commit(create);
    await documents.commit(takeOne);
    const found = await documents.get(key);
    assert.deepEqual([writes, found?.version, found?.body], [4, 2, { left: 4 }]);
  });

  it('are unavailable while DynamoDB fails, and while it cannot be reached', async () => {
    const failing = await openWith(
      answering(() => serviceError('InternalServerError', 500)),
      2,
    );
    await assert.rejects(failing.commit(create), UnavailableError);
    await shop?.close();
    const unreachable = await openWith(answering(brokenConnection), 2);
    await assert.rejects(unreachable.get(key), UnavailableError);
  });

  it('are unavailable when DynamoDB takes the request and never answers', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    const config = standInClient(`http://127.0.0.1:${(silent.address() as AddressInfo).port}`);
    const client = new DynamoDBClient({
      ...config,
      maxAttempts: 2,
      requestHandler: { ...config.requestHandler, requestTimeout: 100 },
    });
    const documents = createDocuments(client, { tableName: 'thing', definition: table });
    await assert.rejects(documents.get(key), UnavailableError);
    silent.closeAllConnections();
    silent.close();
  });

  it('say that an event is handled, not that a version moved, when both are so', async () => {
    const documents = await openWith(() => undefined);
    await documents.commit(create);
    const handled = { consumer: 'test', eventId: 'e' };
    const replace: Unit = {
      partition: 'a',
      writes: [{ kind: 'replace', id: 'thing', version: 1, body: {} }],
      handled,
    };
    await documents.commit(replace);
    await assert.rejects(documents.commit(replace), AlreadyHandledError);
  });

  it('take no unit of more than 100 actions, and say so before anything is written', async () => {
    const documents = await openWith(() => undefined);
    const writes = Array.from(
      { length: 101 },
      (_, n) => ({ kind: 'create', id: `d${n}`, body: {} }) as const,
    );
    await assert.rejects(documents.commit({ partition: 'a', writes }), /at most 100/);
    assert.equal(await documents.get({ partition: 'a', id: 'd0' }), undefined);
  });
});
