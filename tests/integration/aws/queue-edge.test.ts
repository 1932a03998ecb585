/**
 * Batches at the edge of a Lambda function: each message by itself, those about the same aggregate in turn, and an
 * answer in time. The queues are written down instead of real; those are the contract suite's.
 */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SQSRecord } from 'aws-lambda';
import type { Queues } from '../../../runtime/adapters/aws/queues.ts';
import { makeEvent } from '../../../runtime/contracts/events/make.ts';
import { createLambdaHandler } from '../../../runtime/edges/aws/handler.ts';
import { createQueueEdge } from '../../../runtime/edges/aws/queue.ts';
import { RetryLaterError, UnavailableError } from '../../../runtime/errors.ts';
import type { Consumer } from '../../../runtime/ports/event-bus.ts';
import { createLogger } from '../../../runtime/telemetry/log.ts';
import { createMemoryDocuments } from '../../support/memory-documents.ts';

const orderId = (n: number) => `ORD-${String(n).padStart(26, '0')}`;
const payment = (n: number, version = 1) =>
  makeEvent('payment.captured', orderId(n), version, { orderId: orderId(n), amount: 1, currency: 'EUR' });
const inTime = { getRemainingTimeInMillis: () => 30_000 };

function record(
  body: string,
  more: { receives?: number; attempts?: string; queue?: string } = {},
): SQSRecord {
  const { receives = 1, attempts, queue = 'shop-counter' } = more;
  return {
    messageId: crypto.randomUUID(),
    receiptHandle: 'receipt',
    body,
    attributes: { ApproximateReceiveCount: String(receives) } as SQSRecord['attributes'],
    messageAttributes: attempts ? { attempts: { stringValue: attempts, dataType: 'String' } } : {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: `arn:aws:sqs:eu-west-1:000000000000:${queue}`,
    awsRegion: 'eu-west-1',
  };
}

function openEdge(handle: Consumer['handle']) {
  const done: string[] = [];
  const queues: Queues = {
    hide: async (queue, _receipt, seconds) => void done.push(`hide ${queue} ${seconds}`),
    send: async (queue, _body, { attempts, reason }, delay) =>
      void done.push(`send ${queue} ${attempts} ${delay ?? 0} ${reason ?? ''}`.trim()),
    urlOf: async (queue) => queue,
  };
  const consumer: Consumer = {
    name: 'counter',
    types: ['payment.captured'],
    retry: { attempts: 3, baseMs: 10, maxMs: 20 },
    handle,
  };
  const edge = createQueueEdge({
    consumers: [consumer],
    documents: createMemoryDocuments(),
    prefix: 'shop-',
    queues,
    logger: createLogger('test', 'silent'),
  });
  return { edge, done };
}

const failuresIn = ({ batchItemFailures }: { batchItemFailures: { itemIdentifier: string }[] }) =>
  batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);

describe('the queue edge of a Lambda function', () => {
  it('does not let one poison message hold the others of its batch', async () => {
    const handled: string[] = [];
    const { edge, done } = openEdge(async (event) => {
      handled.push(event.subject);
      return undefined;
    });
    const poison = [record('no JSON {'), record('{"type":"payment.captured"}'), record('null')];
    const good = [1, 2].map((n) => record(JSON.stringify(payment(n))));
    const answer = await edge({ Records: [...poison, ...good] }, inTime);
    assert.deepEqual(handled.toSorted(), [orderId(1), orderId(2)]);
    assert.deepEqual(
      failuresIn(answer),
      poison.map(({ messageId }) => messageId),
    );
    assert.deepEqual(
      done,
      poison.map(() => 'hide shop-counter 0'),
    );
  });

  it('handles messages about one aggregate in turn, and others at once', async () => {
    let now = 0;
    let most = 0;
    const order: string[] = [];
    const { edge } = openEdge(async (event) => {
      now += 1;
      most = Math.max(most, now);
      if (event.subject === orderId(1)) order.push(`begin ${event.aggregateversion}`);
      await sleep(10);
      if (event.subject === orderId(1)) order.push(`end ${event.aggregateversion}`);
      now -= 1;
      return undefined;
    });
    const events = [payment(1, 1), payment(2), payment(1, 2), payment(3)];
    await edge({ Records: events.map((event) => record(JSON.stringify(event))) }, inTime);
    assert.deepEqual(order, ['begin 1', 'end 1', 'begin 2', 'end 2']);
    assert.equal(most, 3);
  });

  it('counts the attempts told by SQS and by the message', async () => {
    const attempts: number[] = [];
    const { edge } = openEdge(async (_event, { attempt }) => {
      attempts.push(attempt);
      return undefined;
    });
    const body = JSON.stringify(payment(1));
    await edge({ Records: [record(body), record(body, { receives: 2, attempts: '3' })] }, inTime);
    assert.deepEqual(attempts, [1, 5]);
  });

  it('gives a message up at the bound: sent to the dead letters, and gone', async () => {
    const { edge, done } = openEdge(async () => {
      throw new Error('broken');
    });
    const answer = await edge({ Records: [record(JSON.stringify(payment(1)), { receives: 3 })] }, inTime);
    assert.deepEqual(failuresIn(answer), []);
    assert.deepEqual(done, ['send shop-counter-dead 3 0 Error: broken']);
  });

  it('hides a message for the whole seconds of its delay, and waits for the rest', async () => {
    const { edge, done } = openEdge(async () => {
      throw new RetryLaterError('wait', 2_100);
    });
    const startedAt = Date.now();
    const answer = await edge({ Records: [record(JSON.stringify(payment(1)))] }, inTime);
    assert.ok(Date.now() - startedAt >= 99);
    assert.equal(failuresIn(answer).length, 1);
    assert.deepEqual(done, ['hide shop-counter 2']);
  });

  it('replaces a message whose failure does not count, so that SQS does not count it either', async () => {
    const { edge, done } = openEdge(async () => {
      throw new UnavailableError('away');
    });
    const records = [record(JSON.stringify(payment(1)), { receives: 2 })];
    assert.deepEqual(failuresIn(await edge({ Records: records }, inTime)), []);
    assert.deepEqual(done, ['send shop-counter 1 0']);
  });

  it('answers in time, with what is not done as failed', async () => {
    const { edge } = openEdge(async (event) => {
      if (event.subject === orderId(1)) await sleep(5_000, undefined, { ref: false });
      return undefined;
    });
    const records = [payment(1, 1), payment(1, 2), payment(2)].map((event) => record(JSON.stringify(event)));
    const startedAt = Date.now();
    const answer = await edge({ Records: records }, { getRemainingTimeInMillis: () => 2_200 });
    assert.ok(Date.now() - startedAt < 1_000);
    assert.deepEqual(
      failuresIn(answer),
      records.slice(0, 2).map(({ messageId }) => messageId),
    );
  });

  it('says which queue it has no consumer for', async () => {
    const { edge } = openEdge(async () => undefined);
    await assert.rejects(
      edge({ Records: [record('{}', { queue: 'shop-stranger' })] }, inTime),
      /shop-stranger/,
    );
  });
});

describe('the handler of a Lambda function', () => {
  it('refuses an event of no kind it knows, and flushes what telemetry waits then too', async () => {
    let flushed = 0;
    const never = () => Promise.reject(new Error('not this one'));
    const handler = createLambdaHandler({
      http: never,
      queue: never,
      stream: never,
      schedule: never,
      flush: async () => {
        flushed += 1;
      },
    });
    for (const event of [null, 'text', {}, { Records: [] }, { Records: [{ eventSource: 'aws:s3' }] }]) {
      await assert.rejects(handler(event, inTime), /no kind/);
    }
    assert.equal(flushed, 5);
  });
});
