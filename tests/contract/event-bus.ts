import assert from 'node:assert/strict';
import type { ShopEvent } from '../../runtime/contracts/events/envelope.ts';
import { makeEvent, maxEventBytes } from '../../runtime/contracts/events/make.ts';
import { OversizeEventError, RetryLaterError } from '../../runtime/errors.ts';
import type { TableDefinition } from '../../runtime/function-service.ts';
import type { Documents, Unit } from '../../runtime/ports/documents.ts';
import type { Consumer, DeadLetters, EventPublisher } from '../../runtime/ports/event-bus.ts';
import { type ContractCase, eventually } from './case.ts';

/** What an adapter must offer to be held to the event bus contract. */
export interface EventBusBackend {
  readonly publisher: EventPublisher;
  readonly deadLetters: DeadLetters;
  open(table: TableDefinition): Documents;
  /** Runs consumers, all on one table, until the backend is closed. */
  consume(table: TableDefinition, ...consumers: Consumer[]): Promise<void>;
}

interface Tally {
  readonly count: number;
}

export const tallyTable: TableDefinition = { name: 'tally', indexes: {} };
const tallyKey = (partition: string) => ({ partition, id: 'tally' });

const payments = (orderId: string, version = 1): ShopEvent =>
  makeEvent('payment.captured', orderId, version, { orderId, amount: 1, currency: 'EUR' });
const orderIds = Array.from({ length: 60 }, (_, n) => `ORD-${String(n).padStart(26, '0')}`);
const [first = '', second = '', third = ''] = orderIds;

/** Counts an aggregate's events in a document, read, changed and expected at its version. */
function counting(
  name: string,
  before: (event: ShopEvent, attempt: number) => Promise<void> = async () => {},
): Consumer {
  return {
    name,
    types: ['payment.captured'],
    retry: { attempts: 3, baseMs: 20, maxMs: 50 },
    handle: async (event, { documents, attempt }) => {
      await before(event, attempt);
      const found = await documents.get<Tally>(tallyKey(event.subject));
      const body: Tally = { count: (found?.body.count ?? 0) + 1 };
      return {
        partition: event.subject,
        writes: [
          found
            ? { kind: 'replace', id: 'tally', version: found.version, body }
            : { kind: 'create', id: 'tally', body },
        ],
        handled: { consumer: name, eventId: event.id },
      } satisfies Unit;
    },
  };
}

const countOf = async (tallies: Documents, partition: string) =>
  (await tallies.get<Tally>(tallyKey(partition)))?.body.count ?? 0;

/** Long enough for a second delivery to have its effect, if it wrongly had one. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 500));

export const eventBusCases: ContractCase<EventBusBackend>[] = [
  {
    title: 'hands an event to every consumer whose filter names its type, and to no other',
    run: async (bus) => {
      const heard: string[] = [];
      const listener = (name: string, types: Consumer['types']): Consumer => ({
        name,
        types,
        handle: async (event) => {
          heard.push(`${name} ${event.type}`);
          return undefined;
        },
      });
      await bus.consume(
        tallyTable,
        listener('one', ['payment.captured', 'payment.failed']),
        listener('two', ['payment.captured']),
        listener('three', ['payment.refunded']),
      );
      await bus.publisher.publish([
        payments(first),
        makeEvent('payment.failed', second, 1, { orderId: second, reason: 'no' }),
      ]);
      const expected = ['one payment.captured', 'one payment.failed', 'two payment.captured'];
      await eventually(() => assert.deepEqual([...new Set(heard)].toSorted(), expected));
      await settle();
      assert.deepEqual([...new Set(heard)].toSorted(), expected);
    },
  },
  {
    title: 'delivers the event as it was published',
    run: async (bus) => {
      let heard: ShopEvent | undefined;
      await bus.consume(tallyTable, {
        name: 'listener',
        types: ['payment.captured'],
        handle: async (event) => {
          heard = event;
          return undefined;
        },
      });
      const event = { ...payments(first), traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` };
      await bus.publisher.publish([event]);
      await eventually(() => assert.deepEqual(heard, event));
    },
  },
  {
    title: 'has an event’s effect once, however often it is published',
    run: async (bus) => {
      await bus.consume(tallyTable, counting('counter'));
      // Many, for a bus that delivers twice may happen to notice it for one.
      const some = orderIds.slice(0, 20);
      const events = some.map((orderId) => payments(orderId));
      await bus.publisher.publish(events);
      await bus.publisher.publish([...events, ...events]);
      const tallies = bus.open(tallyTable);
      const counts = () => Promise.all(some.map((orderId) => countOf(tallies, orderId)));
      const once = some.map(() => 1);
      await eventually(async () => assert.deepEqual(await counts(), once));
      await bus.publisher.publish(events);
      await settle();
      assert.deepEqual(await counts(), once);
    },
  },
  {
    title: 'loses no update when many events change the same document',
    run: async (bus) => {
      await bus.consume(tallyTable, counting('counter'));
      await bus.publisher.publish(Array.from({ length: 60 }, (_, n) => payments(first, n)));
      await eventually(async () => assert.equal(await countOf(bus.open(tallyTable), first), 60), 15_000);
      assert.deepEqual(await bus.deadLetters.list(), []);
    },
  },
  {
    title: 'counts on one hot number for many aggregates without losing or failing any',
    run: async (bus) => {
      const tallies = bus.open(tallyTable);
      const body = { left: orderIds.length, taken: 0 };
      await tallies.commit({ partition: 'hot', writes: [{ kind: 'create', id: 'number', body }] });
      await bus.consume(tallyTable, {
        name: 'taker',
        types: ['payment.captured'],
        handle: async (event) => ({
          partition: 'hot',
          writes: [{ kind: 'adjust', id: 'number', by: { left: -1, taken: 1 } }],
          handled: { consumer: 'taker', eventId: event.id },
        }),
      });
      await bus.publisher.publish(orderIds.map((orderId) => payments(orderId)));
      await eventually(async () => {
        const found = await tallies.get({ partition: 'hot', id: 'number' });
        assert.deepEqual(found?.body, { left: 0, taken: orderIds.length });
      }, 15_000);
      assert.deepEqual(await bus.deadLetters.list(), []);
    },
  },
  {
    title: 'tries a failing message again, telling the attempt, and has its effect when it succeeds',
    run: async (bus) => {
      const attempts: number[] = [];
      const consumer = counting('counter', async (_event, attempt) => {
        attempts.push(attempt);
        if (attempt < 3) throw new Error('not yet');
      });
      await bus.consume(tallyTable, consumer);
      await bus.publisher.publish([payments(first)]);
      await eventually(async () => assert.equal(await countOf(bus.open(tallyTable), first), 1));
      assert.deepEqual([...new Set(attempts)].toSorted(), [1, 2, 3]);
      assert.deepEqual(await bus.deadLetters.list(), []);
    },
  },
  {
    title: 'gives a poison message up after the bound, with the reason, and goes on with the others',
    run: async (bus) => {
      const consumer = counting('counter', async (event) => {
        if (event.subject === second) throw new Error('cannot digest this');
      });
      await bus.consume(tallyTable, consumer);
      await bus.publisher.publish([first, second, third].map((orderId) => payments(orderId)));
      const tallies = bus.open(tallyTable);
      await eventually(async () => {
        assert.deepEqual([await countOf(tallies, first), await countOf(tallies, third)], [1, 1]);
        const letters = await bus.deadLetters.list();
        assert.equal(new Set(letters.map((letter) => letter.event.id)).size, 1);
        assert.equal(letters[0]?.event.subject, second);
        assert.equal(letters[0]?.consumer, 'counter');
        assert.equal(letters[0]?.attempts, 3);
        assert.match(letters[0]?.reason ?? '', /cannot digest this/);
      });
      assert.equal(await countOf(tallies, second), 0);
    },
  },
  {
    title: 'gives up a message whose unit no store would take, and goes on with the others of its batch',
    run: async (bus) => {
      const inner = counting('counter');
      await bus.consume(tallyTable, {
        ...inner,
        handle: async (event, context) => {
          const unit = await inner.handle(event, context);
          if (!unit || event.subject !== second) return unit;
          const huge = makeEvent('payment.failed', second, 1, {
            orderId: second,
            reason: 'r'.repeat(maxEventBytes),
          });
          return { ...unit, events: [huge] };
        },
      });
      await bus.publisher.publish([first, second, third].map((orderId) => payments(orderId)));
      const tallies = bus.open(tallyTable);
      await eventually(async () => {
        assert.deepEqual([await countOf(tallies, first), await countOf(tallies, third)], [1, 1]);
        const letters = await bus.deadLetters.list();
        assert.deepEqual([...new Set(letters.map((letter) => letter.event.subject))], [second]);
        assert.match(letters[0]?.reason ?? '', /bytes/);
      });
      assert.equal(await countOf(tallies, second), 0);
    },
  },
  {
    title: 'delivers a dead letter again when it is redriven, and forgets one that is purged',
    run: async (bus) => {
      let mended = false;
      const consumer = counting('counter', async (event) => {
        if (!mended || event.subject === second) throw new Error('broken');
      });
      await bus.consume(tallyTable, consumer);
      await bus.publisher.publish([payments(first), payments(second)]);
      const letterOf = async (orderId: string) =>
        (await bus.deadLetters.list()).find((letter) => letter.event.subject === orderId)?.id;
      await eventually(async () => assert.ok((await letterOf(first)) && (await letterOf(second))));
      // Where messages come twice, both are given up by then: the effect is the redriven one's.
      await settle();
      mended = true;
      assert.equal(await bus.deadLetters.redrive((await letterOf(first)) ?? ''), true);
      await settle();
      for (let id = await letterOf(second); id; id = await letterOf(second)) {
        assert.equal(await bus.deadLetters.purge(id), true);
      }
      assert.equal(await bus.deadLetters.redrive('unknown'), false);
      assert.equal(await bus.deadLetters.purge('unknown'), false);
      const tallies = bus.open(tallyTable);
      await eventually(async () => assert.equal(await countOf(tallies, first), 1));
      await settle();
      assert.equal(await letterOf(second), undefined);
    },
  },
  {
    title: 'waits as long as a handler names before it tries again, and longer than the bound if it must',
    run: async (bus) => {
      const times: number[] = [];
      const consumer = counting('counter', async (_event, attempt) => {
        times.push(Date.now());
        if (attempt < 5) throw new RetryLaterError('wait for it', 300);
      });
      await bus.consume(tallyTable, consumer);
      await bus.publisher.publish([payments(first)]);
      await eventually(async () => assert.equal(await countOf(bus.open(tallyTable), first), 1));
      const whole = (times.at(-1) ?? 0) - (times[0] ?? 0);
      assert.ok(whole >= 4 * 290 && whole < 4 * 300 + 3_000, `${whole} ms for four delays of 300 ms`);
    },
  },
  {
    title: 'decides again from a fresh read when somebody else was faster',
    run: async (bus) => {
      const tallies = bus.open(tallyTable);
      await tallies.commit({
        partition: first,
        writes: [{ kind: 'create', id: 'tally', body: { count: 10 } }],
      });
      let interfered = false;
      const inner = counting('counter');
      await bus.consume(tallyTable, {
        ...inner,
        handle: async (event, context) => {
          const unit = await inner.handle(event, context);
          if (!interfered) {
            interfered = true;
            const body = { count: 20 };
            await tallies.commit({
              partition: first,
              writes: [{ kind: 'replace', id: 'tally', version: 1, body }],
            });
          }
          return unit;
        },
      });
      await bus.publisher.publish([payments(first)]);
      await eventually(async () => assert.equal(await countOf(tallies, first), 21));
    },
  },
  {
    title: 'publishes what a handler’s unit says, after it is committed',
    run: async (bus) => {
      const tallies = bus.open(tallyTable);
      const seen: number[] = [];
      const inner = counting('teller');
      await bus.consume(
        tallyTable,
        {
          ...inner,
          handle: async (event, context) => {
            const unit = await inner.handle(event, context);
            return (
              unit && {
                ...unit,
                events: [makeEvent('payment.failed', first, 1, { orderId: first, reason: 'x' })],
              }
            );
          },
        },
        {
          name: 'hearer',
          types: ['payment.failed'],
          handle: async () => {
            seen.push(await countOf(tallies, first));
            return undefined;
          },
        },
      );
      await bus.publisher.publish([payments(first)]);
      await eventually(() => assert.ok(seen.length > 0));
      assert.deepEqual([...new Set(seen)], [1]);
    },
  },
  {
    title: 'refuses an event over the limit of every bus',
    run: async (bus) => {
      const event = makeEvent('payment.failed', first, 1, {
        orderId: first,
        reason: 'r'.repeat(maxEventBytes),
      });
      await assert.rejects(bus.publisher.publish([event]), OversizeEventError);
    },
  },
];
