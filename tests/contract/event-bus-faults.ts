import assert from 'node:assert/strict';
import type { Consumer } from '../../runtime/ports/event-bus.ts';
import { casesAbout, failingCases } from './case.ts';
import { type EventBusBackend, eventBusCases } from './event-bus.ts';

const spoilConsumers = (spoil: (consumer: Consumer) => Consumer) => (bus: EventBusBackend) =>
  ({
    ...bus,
    consume: (table, ...consumers) => bus.consume(table, ...consumers.map(spoil)),
  }) satisfies EventBusBackend;

/** Buses that break one promise each. */
const eventBusFaults: Record<string, (bus: EventBusBackend) => EventBusBackend> = {
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
  'loses every second message': (bus) => ({
    ...bus,
    publisher: { publish: (events) => bus.publisher.publish(events.filter((_, index) => index % 2 === 0)) },
  }),
  'cannot redrive': (bus) => ({
    ...bus,
    deadLetters: { ...bus.deadLetters, redrive: bus.deadLetters.purge },
  }),
};

/** The case that must catch each of them. */
const eventBusFaultsCaughtBy: Record<string, string> = {
  'ignores filters': 'whose filter names its type',
  'acknowledges before the handler succeeded': 'tries a failing message again',
  'forgets the handled mark': 'has an event’s effect once',
  'ignores the delay that a handler names': 'waits as long as a handler names',
  'never tells the attempt': 'tries a failing message again',
  'loses every second message': 'whose filter names its type',
  'cannot redrive': 'when it is redriven',
};

/** The contract itself against a bus with each fault planted: it must turn red. */
export function describeEventBusFaults<Bus extends EventBusBackend & { close(): Promise<void> }>(
  name: string,
  openBus: () => Promise<Bus>,
): void {
  describe(`the event bus contract turns red on ${name} that`, function () {
    this.timeout(120_000);
    for (const [title, spoil] of Object.entries(eventBusFaults)) {
      it(title, async () => {
        const cases = casesAbout(eventBusCases, eventBusFaultsCaughtBy[title] ?? '');
        const open = async () => {
          const bus = await openBus();
          return { ...bus, ...spoil(bus) };
        };
        assert.notDeepEqual(await failingCases<Bus>(cases, open, (bus) => bus.close()), []);
      });
    }
  });
}
