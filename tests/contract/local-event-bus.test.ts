/**
 * The event bus contract on PostgreSQL: delivered once and in order, and then everything twice and out of
 * order; and the contract itself against buses with planted faults. It does not prove anything of SQS or
 * Service Bus, nor of a crash (see local-crash.test.ts).
 */
import { createBusPublisher, createDeadLetters } from '../../runtime/adapters/local/bus.ts';
import { type RunningConsumers, startConsumers } from '../../runtime/adapters/local/consumer-loop.ts';
import { type Delivery, onceInOrder, twiceOutOfOrder } from '../../runtime/adapters/local/delivery.ts';
import { openTables } from '../../runtime/adapters/local/shop-database.ts';
import { createLogger } from '../../runtime/telemetry/log.ts';
import { contractDatabase } from '../support/shop-database.ts';
import { describeContract } from './case.ts';
import { type EventBusBackend, eventBusCases } from './event-bus.ts';
import { describeEventBusFaults } from './event-bus-faults.ts';

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

describeEventBusFaults('a bus', () => openBus(twiceOutOfOrder));
