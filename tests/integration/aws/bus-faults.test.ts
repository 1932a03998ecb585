/**
 * Events and messages on AWS when a stream's record is lost, SNS takes half of a batch, a clock runs ahead, a
 * message outlives its visibility, ends its function each time, or finds the store away. The faults are planted in
 * clients, handlers and the stand-in host; how often the real services have them is not proven.
 */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { PublishBatchCommand, type SNSClient } from '@aws-sdk/client-sns';
import { createDocuments } from '../../../runtime/adapters/aws/documents.ts';
import { makeEvent } from '../../../runtime/contracts/events/make.ts';
import { UnavailableError } from '../../../runtime/errors.ts';
import type { TableDefinition } from '../../../runtime/function-service.ts';
import { newId } from '../../../runtime/ids.ts';
import type { Documents } from '../../../runtime/ports/documents.ts';
import type { Consumer } from '../../../runtime/ports/event-bus.ts';
import { eventually } from '../../contract/case.ts';
import { awsStandIns } from '../../support/aws.ts';
import { answering, clientsWith, type Fault, firstTimes, serviceError } from '../../support/aws-faults.ts';
import { type AwsShop, type AwsShopOptions, openAwsShop } from '../../support/aws-shop.ts';

const table: TableDefinition = { name: 'tally', indexes: {} };
const orderId = `ORD-${'0'.repeat(26)}`;
const payment = (id = newId()) => ({
  ...makeEvent('payment.captured', orderId, 1, { orderId, amount: 1, currency: 'EUR' }),
  id,
});

/** Counts each payment of the order once. */
const counter = (before: (attempt: number) => Promise<void> = async () => {}): Consumer => ({
  name: 'counter',
  types: ['payment.captured'],
  retry: { attempts: 3, baseMs: 20, maxMs: 50 },
  handle: async (event, { attempt }) => {
    await before(attempt);
    return {
      partition: orderId,
      writes: [{ kind: 'adjust', id: 'tally', by: { count: 1 } }],
      handled: { consumer: 'counter', eventId: event.id },
    };
  },
});

const beginCounting = (documents: Documents) =>
  documents.commit({
    partition: orderId,
    writes: [{ kind: 'create', id: 'tally', body: { count: 0 } }],
  });

describe('the bus on AWS', () => {
  let shop: AwsShop | undefined;
  afterEach(() => shop?.close());

  async function openShop(options: Omit<AwsShopOptions, 'tables'> = {}) {
    shop = await openAwsShop({ tables: [table], ...options });
    return shop;
  }
  const openFaulty = async (
    fault: Fault,
    maxAttempts?: number,
    options: Omit<AwsShopOptions, 'tables'> = {},
  ) => openShop({ clients: await clientsWith(fault, maxAttempts), ...options });
  const countIn = async ({ open }: AwsShop) =>
    (await open(table).get<{ count: number }>({ partition: orderId, id: 'tally' }))?.body.count;

  const say = ({ open }: AwsShop, ids: string[]) =>
    open(table).commit({ partition: orderId, writes: [], events: ids.map(payment) });
  const saidIds = async ({ published }: AwsShop) => (await published(orderId)).map(({ id }) => id).toSorted();

  it('publishes by the sweep what the stream never told of, once it is old enough', async () => {
    const bus = await openShop({ streams: false, sweepEveryMs: 50 });
    const old = newId(Date.now() - 10_000);
    await say(bus, [old, newId()]);
    await eventually(async () => assert.deepEqual(await saidIds(bus), [old]));
  });

  it('publishes by the sweep what a clock running ahead has dated tomorrow', async () => {
    const bus = await openShop({ streams: false, sweepEveryMs: 50 });
    const tomorrow = newId(Date.now() + 24 * 60 * 60_000);
    await say(bus, [tomorrow]);
    await eventually(async () => assert.deepEqual(await saidIds(bus), [tomorrow]));
  });

  it('sweeps nothing that was published', async () => {
    let published = 0;
    const counting: Fault = (command) => {
      if (command === 'PublishBatch') published += 1;
      return undefined;
    };
    const bus = await openFaulty(counting, undefined, { sweepEveryMs: 20 });
    await say(bus, [newId(Date.now() - 10_000)]);
    await eventually(async () => assert.equal((await saidIds(bus)).length, 1));
    await sleep(50);
    const before = published;
    await sleep(200);
    assert.equal(published, before);
  });

  /** SNS that leaves the first event of each batch out, `times` times. */
  const halfOf = (sns: SNSClient, times: number) => {
    let left = times;
    const send = async ({ input }: PublishBatchCommand) => {
      const [first, ...others] = input.PublishBatchRequestEntries ?? [];
      left -= 1;
      if (left < 0) return sns.send(new PublishBatchCommand(input));
      const sent = { ...input, PublishBatchRequestEntries: others };
      const output = others.length > 0 ? await sns.send(new PublishBatchCommand(sent)) : {};
      return { ...output, Failed: [{ Id: first?.Id, Code: 'Throttled', SenderFault: false }] };
    };
    return { send } as unknown as SNSClient;
  };

  it('publishes all of a batch of which SNS leaves some out at first', async () => {
    const bus = await openShop({ clients: { sns: halfOf((await awsStandIns()).sns, 6) } });
    const ids = Array.from({ length: 25 }, () => newId()).toSorted();
    await say(bus, ids);
    await eventually(async () => assert.deepEqual(await saidIds(bus), ids));
  });

  it('says that it is unavailable when SNS goes on leaving some out', async () => {
    const bus = await openShop({ clients: { sns: halfOf((await awsStandIns()).sns, 1_000) } });
    await assert.rejects(bus.publisher.publish([payment()]), UnavailableError);
  });

  it('publishes what SNS could not take when the stream told of it', async () => {
    const away = firstTimes(
      3,
      'PublishBatch',
      answering(() => serviceError('ServiceUnavailable', 503)),
    );
    const bus = await openFaulty(away, 1);
    const ids = [newId(), newId()].toSorted();
    await say(bus, ids);
    await eventually(async () => assert.deepEqual(await saidIds(bus), ids));
  });

  it('has an effect once when a message is visible again before its handler is done', async () => {
    const bus = await openShop({ visibilitySeconds: 1 });
    await beginCounting(bus.open(table));
    let deliveries = 0;
    const slow = async () => {
      deliveries += 1;
      if (deliveries === 1) await sleep(1_500);
    };
    await bus.consume(table, counter(slow));
    await bus.publisher.publish([payment()]);
    await eventually(() => assert.ok(deliveries > 1));
    await eventually(async () => assert.equal(await countIn(bus), 1));
    await sleep(700);
    assert.equal(await countIn(bus), 1);
    assert.deepEqual(await bus.deadLetters.list(), []);
  });

  it('gives up a message that ends its function each time, and tells so', async () => {
    const bus = await openShop({
      visibilitySeconds: 1,
      maxReceives: 2,
      host: (handler) => async (event, context) => {
        if (JSON.stringify(event).includes('aws:sqs')) throw new Error('the process died');
        return handler(event, context);
      },
    });
    await bus.consume(table, counter());
    await bus.publisher.publish([payment()]);
    await eventually(async () => {
      const [letter] = await bus.deadLetters.list();
      assert.equal(letter?.event.subject, orderId);
      assert.match(letter?.reason ?? '', /without an outcome/);
    }, 8_000);
  });

  it('gives no message up while the store is away, however often it is tried', async () => {
    let failures = 0;
    const away: Fault = (command) => {
      if (command !== 'TransactWriteItems' || failures >= 8) return undefined;
      failures += 1;
      return Promise.reject(serviceError('InternalServerError', 500));
    };
    const bus = await openFaulty(away, 1);
    // Around the fault, which is the consumer's.
    const { dynamoDb } = bus.aws;
    await beginCounting(createDocuments(dynamoDb, { tableName: `${bus.prefix}tally`, definition: table }));
    const attempts: number[] = [];
    await bus.consume(
      table,
      counter(async (attempt) => {
        attempts.push(attempt);
      }),
    );
    await bus.publisher.publish([payment()]);
    await eventually(async () => assert.equal(await countIn(bus), 1));
    assert.equal(attempts.length, 9);
    assert.deepEqual([...new Set(attempts)], [1]);
    assert.deepEqual(await bus.deadLetters.list(), []);
  });

  it('tries a message again though it could not be put off', async () => {
    const broken = firstTimes(
      1,
      'ChangeMessageVisibility',
      answering(() => serviceError('InternalError', 500)),
    );
    const bus = await openFaulty(broken, 1, { visibilitySeconds: 1 });
    await beginCounting(bus.open(table));
    await bus.consume(
      table,
      counter(async (attempt) => {
        if (attempt === 1) throw new Error('not yet');
      }),
    );
    await bus.publisher.publish([payment()]);
    await eventually(async () => assert.equal(await countIn(bus), 1));
  });

  it('keeps a message whose dead letter could not be sent', async () => {
    const broken = firstTimes(
      1,
      'SendMessage',
      answering(() => serviceError('InternalError', 500)),
    );
    const bus = await openFaulty(broken, 1, { visibilitySeconds: 1 });
    await bus.consume(
      table,
      counter(async () => {
        throw new Error('never');
      }),
    );
    await bus.publisher.publish([payment()]);
    await eventually(async () => {
      const [letter] = await bus.deadLetters.list();
      assert.match(letter?.reason ?? '', /never/);
    });
  });

  it('shows dead letters as often as one looks', async () => {
    const bus = await openShop();
    await bus.consume(
      table,
      counter(async () => {
        throw new Error('never\0 with a \u0007 and \ud800');
      }),
    );
    await bus.publisher.publish(Array.from({ length: 12 }, () => payment()));
    await eventually(async () => assert.equal((await bus.deadLetters.list()).length, 12));
    const ids = async () => (await bus.deadLetters.list()).map(({ id }) => id).toSorted();
    assert.deepEqual(await ids(), await ids());
    assert.equal((await bus.deadLetters.list(5)).length, 5);
    assert.equal((await ids()).length, 12);
  });

  it('carries characters that SQS takes in no message', async () => {
    const bus = await openShop();
    const event = makeEvent('payment.failed', orderId, 1, { orderId, reason: 'a\ufffe\uffff\0\u0007 b 💶' });
    await bus.publisher.publish([event]);
    await eventually(async () =>
      assert.deepEqual(
        (await bus.published(orderId)).map(({ data }) => data),
        [event.data],
      ),
    );
  });
});
