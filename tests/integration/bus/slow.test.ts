/**
 * A handler that waits for somebody outside for longer than a message stays out of sight by itself. That the
 * message of a process that dies comes again soon is shown by tests/e2e/kills.test.ts.
 */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { createBusPublisher } from '../../../runtime/adapters/local/bus.ts';
import { startConsumers } from '../../../runtime/adapters/local/consumer-loop.ts';
import { makeEvent } from '../../../runtime/contracts/events/make.ts';
import type { Consumer } from '../../../runtime/ports/event-bus.ts';
import { createLogger } from '../../../runtime/telemetry/log.ts';
import { eventually } from '../../contract/case.ts';
import { contractDatabase } from '../../support/shop-database.ts';

const orderIds = ['ORD-00000000000000000000000001', 'ORD-00000000000000000000000002'];
const [slow, quick] = orderIds as [string, string];

describe('a slow handler', function () {
  this.timeout(30_000);

  it('keeps its message for as long as it works, and holds up nobody', async () => {
    const database = await contractDatabase();
    const calls: string[] = [];
    const done: string[] = [];
    const consumer: Consumer = {
      name: 'waiter',
      types: ['payment.failed'],
      handle: async ({ subject, id: eventId }) => {
        calls.push(subject);
        if (subject === slow) await sleep(6_000);
        done.push(subject);
        const handled = { consumer: 'waiter', eventId };
        return { partition: subject, writes: [{ kind: 'create', id: 'note', body: {} }], handled };
      },
    };
    const table = { name: 'slow', indexes: {} };
    const dependencies = { database, table, logger: createLogger('slow', 'silent') };
    const running = await startConsumers([{ consumer, dependencies }], 50);
    const count = async (from: 'queue' | 'document') =>
      (await database.query<{ count: number }>(`select count(*) from ${from}`)).rows[0]?.count;
    try {
      await createBusPublisher(database).publish(
        orderIds.map((orderId) => makeEvent('payment.failed', orderId, 1, { orderId, reason: 'no' })),
      );
      await eventually(async () => assert.equal(await count('document'), 1), 3_000);
      assert.deepEqual(done, [quick]);
      await eventually(
        async () => assert.deepEqual([await count('document'), await count('queue')], [2, 0]),
        10_000,
      );
      await sleep(500);
      assert.deepEqual(calls.toSorted(), orderIds);
    } finally {
      await running.stop();
    }
  });
});
