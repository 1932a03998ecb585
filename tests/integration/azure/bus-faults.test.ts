/**
 * What only Service Bus can do to the bus: locks that are lost, answers that are, copies that cannot be sent, letters
 * addressed to one consumer of many, and the client's own fault of merging the outcomes of neighbours. The broker and
 * the Functions host are stand-ins: that Azure settles so is its documentation's word.
 */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { serviceBusClient } from '../../../runtime/adapters/azure/clients.ts';
import { givenUpMessage } from '../../../runtime/adapters/azure/messages.ts';
import { openTopic, type Topic } from '../../../runtime/adapters/azure/topic.ts';
import type { ShopEvent } from '../../../runtime/contracts/events/envelope.ts';
import { makeEvent } from '../../../runtime/contracts/events/make.ts';
import { OversizeEventError, RetryLaterError, UnavailableError } from '../../../runtime/errors.ts';
import type { TableDefinition } from '../../../runtime/function-service.ts';
import type { Consumer } from '../../../runtime/ports/event-bus.ts';
import { eventually } from '../../contract/case.ts';
import { type AzureShop, openAzureShop } from '../../support/azure-shop.ts';

const table: TableDefinition = { name: 'tally', indexes: {} };
const orderIds = Array.from({ length: 40 }, (_, n) => `ORD-${String(n).padStart(26, '0')}`);
const [orderId = ''] = orderIds;
const captured = (id = orderId) =>
  makeEvent('payment.captured', id, 1, { orderId: id, amount: 1, currency: 'EUR' });

const counting = (name: string, before: (event: ShopEvent) => Promise<void> = async () => {}): Consumer => ({
  name,
  types: ['payment.captured'],
  retry: { attempts: 3, baseMs: 10, maxMs: 20 },
  handle: async (event) => {
    await before(event);
    return {
      partition: event.subject,
      writes: [{ kind: 'create', id: `${name}-${event.id}`, body: {} }],
      handled: { consumer: name, eventId: event.id },
    };
  },
});

describe('the bus on Service Bus', () => {
  let shop: AzureShop;
  const open = async (options = {}) => {
    shop = await openAzureShop({ tables: [table], feeds: false, ...options });
  };
  beforeEach(() => open());
  afterEach(() => shop.close());
  const effects = async () => (await shop.open(table).scan({ limit: 1000 })).items.length;
  const waiting = (consumer: string) => shop.subscription(consumer).peek(0, 1000).length;

  it('has one effect of a message whose lock was lost while it was handled', async () => {
    let calls = 0;
    await shop.consume(
      table,
      counting('slow', async () => {
        calls += 1;
        if (calls === 1) shop.subscription('slow').loseLocks();
        await sleep(50);
      }),
    );
    await shop.publisher.publish([captured()]);
    await eventually(() => assert.equal(calls, 2));
    await eventually(() => assert.equal(waiting('slow'), 0));
    assert.equal(await effects(), 1);
    assert.ok(shop.reported.some((error) => (error as { code?: string }).code === 'MessageLockLost'));
  });

  it('renews the lock of a message that takes longer than it', async () => {
    await shop.close();
    await open({ lockMs: 1_000 });
    let calls = 0;
    await shop.consume(
      table,
      counting('patient', async () => {
        calls += 1;
        await sleep(2_500);
      }),
    );
    await shop.publisher.publish([captured()]);
    await eventually(() => assert.ok(calls > 0 && waiting('patient') === 0));
    assert.deepEqual([calls, await effects()], [1, 1]);
  });

  it('loses none of many messages that succeed and are given back side by side', async () => {
    // A copy that cannot be sent makes its call throw, and so the host abandons the message.
    let refused = 0;
    const refusing = (topic: Topic): Topic => ({
      ...topic,
      send: async () => {
        refused += 1;
        throw new UnavailableError('away');
      },
    });
    const failing = new Set(orderIds.filter((_, n) => n % 2 === 0));
    await shop.close();
    await open({ sendTo: refusing });
    await shop.consume(
      table,
      counting('mixed', async (event) => {
        if (failing.delete(event.subject)) throw new RetryLaterError('once', 10);
      }),
    );
    await shop.publisher.publish(orderIds.map(captured));
    await eventually(async () => assert.equal(await effects(), orderIds.length));
    assert.equal(refused, orderIds.length / 2);
    await eventually(() => assert.equal(waiting('mixed'), 0));
    assert.deepEqual(await shop.deadLetters.list(), []);
  });

  it('has one effect of a copy whose confirmation was lost', async () => {
    let failed = false;
    await shop.consume(
      table,
      counting('twice', async () => {
        if (failed) return;
        failed = true;
        shop.serviceBus.loseAnswers(1);
        throw new RetryLaterError('once', 10);
      }),
    );
    await shop.publisher.publish([captured()]);
    await eventually(async () => assert.equal(await effects(), 1), 15_000);
    await sleep(300);
    assert.equal(await effects(), 1);
  }).timeout(30_000);

  it('addresses a redriven letter to its consumer alone', async () => {
    let mended = false;
    const heard: string[] = [];
    await shop.consume(
      table,
      counting('broken', async () => {
        if (!mended) throw new Error('broken');
      }),
      counting('other', async (event) => {
        heard.push(event.id);
      }),
    );
    const event = captured();
    await shop.publisher.publish([event]);
    await eventually(async () => assert.equal((await shop.deadLetters.list()).length, 1));
    mended = true;
    const [letter] = await shop.deadLetters.list();
    assert.deepEqual(
      [letter?.consumer, letter?.attempts, letter?.event],
      ['broken', 3, JSON.parse(JSON.stringify(event))],
    );
    assert.equal(await shop.deadLetters.redrive(letter?.id ?? ''), true);
    assert.equal(await shop.deadLetters.redrive(letter?.id ?? ''), false);
    await eventually(async () => assert.equal(await effects(), 2));
    await sleep(200);
    assert.deepEqual(heard, [event.id]);
  });

  it('finds one letter among others, and leaves them as they were', async () => {
    await shop.consume(
      table,
      counting('broken', async () => {
        throw new Error('broken');
      }),
    );
    await shop.publisher.publish(orderIds.slice(0, 5).map(captured));
    await eventually(async () => assert.equal((await shop.deadLetters.list()).length, 5));
    const [, , third] = await shop.deadLetters.list();
    assert.equal(await shop.deadLetters.purge(third?.id ?? ''), true);
    const left = await shop.deadLetters.list();
    assert.equal(left.length, 4);
    assert.ok(left.every(({ id, reason }) => id !== third?.id && /broken/.test(reason)));
    assert.equal((await shop.deadLetters.list(2)).length, 2);
  });

  it('gives a message up though its copy did not expire on its way, and does not handle it again', async () => {
    let calls = 0;
    await shop.consume(
      table,
      counting('deaf', async () => {
        calls += 1;
      }),
    );
    const copy = givenUpMessage({ body: captured(), consumer: 'deaf', attempts: 3 }, 'enough');
    await shop.topic.send([{ ...copy, timeToLive: undefined }]);
    await eventually(async () => {
      const [letter] = await shop.deadLetters.list();
      assert.deepEqual([letter?.reason, letter?.attempts], ['enough', 3]);
    });
    assert.equal(calls, 0);
  });

  it('gives up what is no event at all, with what is wrong with it', async () => {
    await shop.consume(table, counting('strict'));
    const applicationProperties = { type: 'payment.captured' };
    await shop.topic.send([
      { body: { no: 'event' }, applicationProperties },
      { body: Buffer.from('not JSON'), applicationProperties },
    ]);
    await eventually(async () => assert.equal((await shop.deadLetters.list()).length, 2));
  });

  it('publishes in as few transfers as its limit of size allows, and says what fits in none', async () => {
    const large = Array.from({ length: 5 }, (_, n) =>
      makeEvent('payment.failed', `${orderId}`, n, { orderId, reason: 'r'.repeat(100_000) }),
    );
    await shop.publisher.publish(large);
    assert.equal((await shop.published(orderId)).length, 5);
    await assert.rejects(shop.topic.send([{ body: Buffer.alloc(300_000) }]), OversizeEventError);
  });

  it('says that Service Bus does not answer', async () => {
    const nowhere =
      'Endpoint=sb://127.0.0.1:9;SharedAccessKeyName=x;SharedAccessKey=y;UseDevelopmentEmulator=true;';
    const client = serviceBusClient({ connectionString: nowhere });
    await assert.rejects(openTopic(client, 'events').send([{ body: 1 }]), UnavailableError);
    await (await client()).close();
  });
});
