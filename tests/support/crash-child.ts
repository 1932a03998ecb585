/**
 * A process to be killed. `commit`: commits units of two documents and an event each, one after the other, and
 * prints each partition once its commit was answered. `consume`: counts events until all are counted.
 */
import { startConsumers } from '../../runtime/adapters/local/consumer-loop.ts';
import { onceInOrder } from '../../runtime/adapters/local/delivery.ts';
import { connectShopDatabase, openTables } from '../../runtime/adapters/local/shop-database.ts';
import { makeEvent } from '../../runtime/contracts/events/make.ts';
import { createLogger } from '../../runtime/telemetry/log.ts';

const [mode, url = '', prefix = ''] = process.argv.slice(2);
const database = connectShopDatabase(url, 'crash');
const table = { name: 'crash', indexes: {} };
const documents = openTables(database, onceInOrder)(table);

if (mode === 'commit') {
  for (let n = 0; ; n += 1) {
    const partition = `${prefix}-${n}`;
    await documents.commit({
      partition,
      writes: [
        { kind: 'create', id: 'one', body: {} },
        { kind: 'create', id: 'two', body: {} },
      ],
      events: [
        makeEvent('payment.failed', partition, 1, { orderId: `ORD-${'0'.repeat(26)}`, reason: partition }),
      ],
    });
    process.stdout.write(`${partition}\n`);
  }
}

if (mode === 'consume') {
  const logger = createLogger('crash', 'silent');
  const consumer = {
    name: 'crash',
    types: ['payment.captured' as const],
    handle: async (event: { id: string; subject: string }) => ({
      partition: event.subject,
      writes: [{ kind: 'adjust' as const, id: 'tally', by: { count: 1 } }],
      handled: { consumer: 'crash', eventId: event.id },
    }),
  };
  await startConsumers([{ consumer, dependencies: { database, table, logger, delivery: onceInOrder } }], 100);
}
