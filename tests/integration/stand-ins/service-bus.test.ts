/**
 * The stand-in for Service Bus, under the real client. It shows that the stand-in keeps the promises that Azure's
 * documentation makes and our adapters rely on; it does not prove anything of Azure itself.
 */
import assert from 'node:assert/strict';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import {
  ServiceBusClient,
  type ServiceBusReceivedMessage,
  type ServiceBusReceiver,
} from '@azure/service-bus';
import { type ServiceBus, startServiceBus } from '../../../stand-ins/service-bus/broker.ts';
import { compileFilter } from '../../../stand-ins/service-bus/filter.ts';

describe('the Service Bus stand-in', () => {
  let bus: ServiceBus;
  let client: ServiceBusClient;
  let names = 0;

  before(async () => {
    bus = await startServiceBus();
    client = new ServiceBusClient(bus.connectionString, {
      retryOptions: { maxRetries: 2, retryDelayInMs: 50, timeoutInMs: 1_200 },
    });
  });
  after(async () => {
    await client.close();
    await bus.close();
  });

  const newQueue = (settings = {}) => {
    names += 1;
    const name = `queue-${names}`;
    const queue = bus.createQueue(name, settings);
    return { name, queue, sender: client.createSender(name), receiver: client.createReceiver(name) };
  };
  const one = async (receiver: ServiceBusReceiver, maxWaitTimeInMs = 1_000) => {
    const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs });
    return message;
  };
  const some = async (receiver: ServiceBusReceiver): Promise<ServiceBusReceivedMessage> => {
    const message = await one(receiver);
    assert.ok(message, 'a message was expected');
    return message;
  };
  const nothing = async (receiver: ServiceBusReceiver) => assert.equal(await one(receiver, 100), undefined);

  it('carries a message with its properties, and forgets it when it is completed', async () => {
    const { sender, receiver } = newQueue();
    await sender.sendMessages({
      body: { text: 'Grüße' },
      messageId: 'm1',
      subject: 's',
      applicationProperties: { n: 1, s: 'x' },
    });
    const message = await some(receiver);
    assert.deepEqual(message.body, { text: 'Grüße' });
    assert.deepEqual([message.messageId, message.subject, message.deliveryCount], ['m1', 's', 0]);
    assert.deepEqual(message.applicationProperties, { n: 1, s: 'x' });
    await receiver.completeMessage(message);
    await nothing(receiver);
  });

  it('takes a batch up to the size of the Standard tier, and no more', async () => {
    const { sender, receiver } = newQueue();
    const batch = await sender.createMessageBatch();
    assert.equal(batch.maxSizeInBytes, 256 * 1024);
    while (batch.tryAddMessage({ body: 'x'.repeat(10_000) }));
    await sender.sendMessages(batch);
    const messages = await receiver.receiveMessages(batch.count, { maxWaitTimeInMs: 1_000 });
    assert.equal(messages.length, batch.count);
    assert.ok(batch.count > 20);
    for (const message of messages) await receiver.completeMessage(message);
  });

  it('hands each subscription what its filter lets through', async () => {
    bus.createTopic('events');
    bus.createSubscription('events', 'all');
    bus.createSubscription('events', 'paid', { sql: "kind IN ('paid', 'refunded') OR consumer = 'paid'" });
    bus.createSubscription('events', 'gold', { subject: 'gold', properties: { kind: 'paid' } });
    const kinds: Record<string, unknown>[] = [{ kind: 'paid' }, { kind: 'placed' }, { consumer: 'paid' }];
    const sender = client.createSender('events');
    await sender.sendMessages(kinds.map((applicationProperties, body) => ({ body, applicationProperties })));
    await sender.sendMessages({ body: 3, subject: 'gold', applicationProperties: { kind: 'paid' } });
    const got: Record<string, unknown[]> = {};
    for (const name of ['all', 'paid', 'gold']) {
      const receiver = client.createReceiver('events', name, { receiveMode: 'receiveAndDelete' });
      got[name] = (await receiver.receiveMessages(5, { maxWaitTimeInMs: 300 })).map(({ body }) => body);
    }
    assert.deepEqual(got, { all: [0, 1, 2, 3], paid: [0, 2, 3], gold: [3] });
  });

  it('gives an abandoned message again, counts, and gives it up after the bound', async () => {
    const { name, sender, receiver } = newQueue({ maxDeliveryCount: 2 });
    await sender.sendMessages({ body: 'bad', applicationProperties: { kept: 'yes' } });
    const counts: unknown[] = [];
    for (let n = 0; n < 2; n += 1) {
      const message = await some(receiver);
      counts.push(message.deliveryCount);
      await receiver.abandonMessage(message);
    }
    assert.deepEqual(counts, [0, 1]);
    await nothing(receiver);
    const dead = client.createReceiver(name, { subQueueType: 'deadLetter' });
    const letter = await some(dead);
    assert.equal(letter.deadLetterReason, 'MaxDeliveryCountExceeded');
    assert.equal(letter.applicationProperties?.kept, 'yes');
    await dead.completeMessage(letter);
    await nothing(dead);
  });

  it('dead-letters with a reason', async () => {
    const { name, sender, receiver } = newQueue();
    await sender.sendMessages({ body: 'bad' });
    await receiver.deadLetterMessage(await some(receiver), {
      deadLetterReason: 'why',
      deadLetterErrorDescription: 'because',
      extra: 'kept',
    });
    const [letter] = await client.createReceiver(name, { subQueueType: 'deadLetter' }).peekMessages(1);
    const { deadLetterReason, deadLetterErrorDescription, applicationProperties, deadLetterSource } =
      letter ?? {};
    assert.deepEqual([deadLetterReason, deadLetterErrorDescription], ['why', 'because']);
    assert.deepEqual([applicationProperties?.extra, deadLetterSource], ['kept', name]);
  });

  it('gives a message back when its lock is over, and refuses the late settlement', async () => {
    const { name, queue, sender } = newQueue({ lockMs: 150 });
    const slow = client.createReceiver(name, { maxAutoLockRenewalDurationInMs: 0 });
    await sender.sendMessages({ body: 'slow' });
    const first = await some(slow);
    const second = await some(slow);
    assert.equal(second.deliveryCount, 1);
    await assert.rejects(slow.completeMessage(first), { code: 'MessageLockLost' });
    queue.loseLocks();
    await assert.rejects(slow.completeMessage(second), { code: 'MessageLockLost' });
    await slow.completeMessage(await some(slow));
  });

  it('renews a lock', async () => {
    const { name, sender } = newQueue({ lockMs: 1_500 });
    const receiver = client.createReceiver(name, { maxAutoLockRenewalDurationInMs: 0 });
    await sender.sendMessages({ body: 'long' });
    const message = await some(receiver);
    await sleep(900);
    await receiver.renewMessageLock(message);
    await sleep(900);
    await receiver.completeMessage(message);
  });

  it('settles by token when the receiving link is gone', async () => {
    const { name, sender, receiver } = newQueue();
    await sender.sendMessages({ body: 'm' });
    const message = await some(receiver);
    await receiver.close();
    const other = client.createReceiver(name);
    await other.completeMessage(message);
    await nothing(other);
  });

  it('defers a message until it is asked for by its number', async () => {
    const { sender, receiver } = newQueue();
    await sender.sendMessages({ body: 'later' });
    const message = await some(receiver);
    await receiver.deferMessage(message);
    await nothing(receiver);
    const [deferred] = await receiver.receiveDeferredMessages([message.sequenceNumber ?? 0] as never);
    assert.equal(deferred?.body, 'later');
    await receiver.completeMessage(deferred as ServiceBusReceivedMessage);
  });

  it('holds a scheduled message until it is due, on queues and topics, and cancels one', async () => {
    const { name, sender, receiver } = newQueue();
    bus.createTopic(`topic-${name}`);
    bus.createSubscription(`topic-${name}`, 'all');
    const due = () => new Date(Date.now() + 300);
    await client.createSender(`topic-${name}`).sendMessages({ body: 't', scheduledEnqueueTimeUtc: due() });
    await sender.sendMessages({ body: 'q', scheduledEnqueueTimeUtc: due() });
    const [never] = await sender.scheduleMessages({ body: 'never' }, due());
    await sender.cancelScheduledMessages(never as never);
    await nothing(receiver);
    assert.equal((await some(receiver)).body, 'q');
    assert.equal((await some(client.createReceiver(`topic-${name}`, 'all'))).body, 't');
    await nothing(receiver);
  });

  it('peeks without locking, from a number on', async () => {
    const { sender, receiver } = newQueue();
    await sender.sendMessages([{ body: 1 }, { body: 2 }, { body: 3 }]);
    const seen = await receiver.peekMessages(2);
    assert.deepEqual(
      seen.map(({ body }) => body),
      [1, 2],
    );
    const rest = await receiver.peekMessages(5, { fromSequenceNumber: seen[1]?.sequenceNumber });
    assert.deepEqual(
      rest.map(({ body }) => body),
      [2, 3],
    );
    assert.equal((await receiver.receiveMessages(3, { maxWaitTimeInMs: 500 })).length, 3);
  });

  it('moves an expired message to the dead letters where it is told to, and forgets it elsewhere', async () => {
    for (const deadLetterOnExpiry of [true, false]) {
      const { name, sender, receiver } = newQueue({ deadLetterOnExpiry });
      await sender.sendMessages({ body: 'old', timeToLive: 20 });
      await sleep(50);
      await nothing(receiver);
      const letters = await client.createReceiver(name, { subQueueType: 'deadLetter' }).peekMessages(1);
      const reasons = letters.map(({ deadLetterReason }) => deadLetterReason);
      assert.deepEqual(reasons, deadLetterOnExpiry ? ['TTLExpiredException'] : []);
    }
  });

  it('shares messages between competing receivers, each once', async () => {
    const { name, sender } = newQueue();
    const seen: number[] = [];
    const receivers = [1, 2].map(() => client.createReceiver(name));
    const subscriptions = receivers.map((receiver) =>
      receiver.subscribe(
        {
          processMessage: async ({ body }) => {
            seen.push(body);
          },
          processError: async () => {},
        },
        { maxConcurrentCalls: 5 },
      ),
    );
    await sender.sendMessages(Array.from({ length: 100 }, (_, body) => ({ body })));
    for (let turn = 0; seen.length < 100 && turn < 100; turn += 1) await sleep(20);
    assert.deepEqual(
      seen.toSorted((a, b) => a - b),
      Array.from({ length: 100 }, (_, n) => n),
    );
    for (const subscription of subscriptions) await subscription.close();
  });

  it('survives cut connections: the client comes back, and a message without an answer is sent twice', async () => {
    const { sender, receiver } = newQueue();
    await sender.sendMessages({ body: 'before' });
    bus.cutConnections();
    bus.loseAnswers(1);
    await sender.sendMessages({ body: 'after' });
    const bodies: unknown[] = [];
    for (let message = await one(receiver); message; message = await one(receiver, 300)) {
      bodies.push(message.body);
      await receiver.completeMessage(message);
    }
    assert.deepEqual(bodies, ['before', 'after', 'after']);
  });

  it('gives what a cut connection held again when the lock is over, or at once where it is told to', async () => {
    for (const [releaseOnCut, deliveries] of [
      [false, undefined],
      [true, 1],
    ] as const) {
      const { sender, receiver } = newQueue({ lockMs: 60_000, releaseOnCut });
      await sender.sendMessages({ body: 'held' });
      assert.equal((await one(receiver))?.deliveryCount, 0);
      bus.cutConnections();
      // The client may hear of the cut while it receives.
      const again = await one(receiver, 500).catch(() => one(receiver, 500));
      assert.equal(again?.deliveryCount, deliveries);
    }
  });

  it('says that an entity does not exist', async () => {
    const is = { code: 'MessagingEntityNotFound' };
    await assert.rejects(client.createSender('nowhere').sendMessages({ body: 1 }), is);
    await assert.rejects(client.createReceiver('nowhere').receiveMessages(1), is);
  });

  it('shows the client’s own fault: two neighbours settled in one turn get one outcome, unless a turn is between', async () => {
    for (const [pause, letters] of [
      [async () => {}, 0],
      [async () => void (await nextTurn()), 1],
    ] as const) {
      const { name, sender, receiver } = newQueue();
      await sender.sendMessages([{ body: 'good' }, { body: 'bad' }]);
      const [good, bad] = await receiver.receiveMessages(2, { maxWaitTimeInMs: 500 });
      assert.ok(good && bad);
      const completed = receiver.completeMessage(good);
      await pause();
      await Promise.allSettled([completed, receiver.deadLetterMessage(bad)]);
      const dead = await client.createReceiver(name, { subQueueType: 'deadLetter' }).peekMessages(5);
      assert.equal(dead.length, letters);
    }
  });

  it('refuses SQL that it does not know', () => {
    for (const sql of ["a LIKE 'x%'", 'a > 1', 'a =', "a = 'x' b", 'EXISTS(a)', '']) {
      assert.throws(() => compileFilter({ sql }), /subset/, sql);
    }
  });

  it('knows SQL’s third truth value', () => {
    const message = { body: null, application_properties: { a: 'x' } };
    const holds = (sql: string) => compileFilter({ sql })(message);
    assert.deepEqual(
      ["a = 'x'", "b = 'x'", "NOT b = 'x'", "b = 'x' OR a = 'x'", 'b IS NULL', "a NOT IN ('y')"].map(holds),
      [true, false, false, true, true, true],
    );
  });
});
