/**
 * The event bus contract on PostgreSQL: delivered once and in order, and then everything twice and out of
 * order; and the contract itself against buses with planted faults. It does not prove anything of SQS or
 * Service Bus, nor of a crash (see local-crash.test.ts).
 */
import assert from 'node:assert/strict';
import { createBusPublisher, createDeadLetters } from '../../runtime/adapters/local/bus.ts';
import { type RunningConsumers, startConsumers } from '../../runtime/adapters/local/consumer-loop.ts';
import { type Delivery, onceInOrder, twiceOutOfOrder } from '../../runtime/adapters/local/delivery.ts';
import { openTables } from '../../runtime/adapters/local/shop-database.ts';
import type { Consumer } from '../../runtime/ports/event-bus.ts';
import { createLogger } from '../../runtime/telemetry/log.ts';
import { contractDatabase } from '../support/shop-database.ts';
import { casesAbout, describeContract, failingCases } from './case.ts';
import { type EventBusBackend, eventBusCases } from './event-bus.ts';

interface LocalBus extends EventBusBackend {
  close(): Promise<void>;
}

async function openBus(delivery: Delivery): Promise<LocalBus> {
  const database = await contractDatabase();
  const logger = createLogger('contract', 'silent');
  const running: RunningConsumers[] = [];
  return {
    publisher: createBusPublisher(database, delivery),
    deadLetters: createDeadLetters(database),
    open: openTables(database, delivery),
    consume: async (table, ...consumers) => {
      const dependencies = { database, table, logger, delivery };
      running.push(
        await startConsumers(
          consumers.map((consumer) => ({ consumer, dependencies })),
          50,
        ),
      );
    },
    close: async () => {
      await Promise.all(running.map((consumers) => consumers.stop()));
    },
  };
}
const close = (bus: LocalBus) => bus.close();

describeContract('event bus on PostgreSQL', eventBusCases, () => openBus(onceInOrder), close);
describeContract(
  'event bus delivering twice, out of order',
  eventBusCases,
  () => openBus(twiceOutOfOrder),
  close,
);

const spoilConsumers = (spoil: (consumer: Consumer) => Consumer) => async () => {
  const bus = await openBus(twiceOutOfOrder);
  return {
    ...bus,
    consume: (table, ...consumers) => bus.consume(table, ...consumers.map(spoil)),
  } as LocalBus;
};

/** Buses that break one promise each. */
const faults: Record<string, () => Promise<LocalBus>> = {
  'ignores filters': spoilConsumers((consumer) => ({
    ...consumer,
    types: ['payment.captured', 'payment.failed', 'payment.refunded'],
  })),
  'acknowledges before the handler succeeded': spoilConsumers((consumer) => ({
    ...consumer,
    handle: async (event, context) => consumer.handle(event, context).catch(() => undefined),
  })),
  'forgets the handled mark': spoilConsumers((consumer) => ({
    ...consumer,
    handle: async (event, context) => {
      const unit = await consumer.handle(event, context);
      return unit && { ...unit, handled: undefined };
    },
  })),
  'ignores the delay that a handler names': spoilConsumers((consumer) => ({
    ...consumer,
    handle: async (event, context) =>
      consumer.handle(event, context).catch((error: Error) => {
        throw new Error(error.message);
      }),
  })),
  'never tells the attempt': spoilConsumers((consumer) => ({
    ...consumer,
    handle: (event, context) => consumer.handle(event, { ...context, attempt: 1 }),
  })),
  'loses every second message': async () => {
    const bus = await openBus(onceInOrder);
    const publish: LocalBus['publisher']['publish'] = (events) =>
      bus.publisher.publish(events.filter((_, index) => index % 2 === 0));
    return { ...bus, publisher: { publish } };
  },
  'cannot redrive': async () => {
    const bus = await openBus(onceInOrder);
    return { ...bus, deadLetters: { ...bus.deadLetters, redrive: bus.deadLetters.purge } };
  },
};

/** The case that must catch each of them. */
const caughtBy: Record<string, string> = {
  'ignores filters': 'whose filter names its type',
  'acknowledges before the handler succeeded': 'tries a failing message again',
  'forgets the handled mark': 'has an event’s effect once',
  'ignores the delay that a handler names': 'waits as long as a handler names',
  'never tells the attempt': 'tries a failing message again',
  'loses every second message': 'whose filter names its type',
  'cannot redrive': 'when it is redriven',
};

describe('the event bus contract turns red on a bus that', function () {
  this.timeout(120_000);
  for (const [title, open] of Object.entries(faults)) {
    it(title, async () => {
      const cases = casesAbout(eventBusCases, caughtBy[title] ?? '');
      assert.notDeepEqual(await failingCases(cases, open, close), []);
    });
  }
});
