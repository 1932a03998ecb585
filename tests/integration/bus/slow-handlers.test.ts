/**
 * A handler that waits for somebody outside does not hold up the messages it was taken with, and loses nothing by
 * that. On real PostgreSQL; it proves nothing of the clouds' buses, where the host decides this.
 */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { createBusPublisher, createDeadLetters } from '../../../runtime/adapters/local/bus.ts';
import { type RunningConsumers, startConsumers } from '../../../runtime/adapters/local/consumer-loop.ts';
import { onceInOrder } from '../../../runtime/adapters/local/delivery.ts';
import { openTables } from '../../../runtime/adapters/local/shop-database.ts';
import { makeEvent } from '../../../runtime/contracts/events/make.ts';
import type { Documents } from '../../../runtime/ports/documents.ts';
import type { Database } from '../../../runtime/sql/pool.ts';
import { createLogger } from '../../../runtime/telemetry/log.ts';
import { eventually } from '../../contract/case.ts';
import { contractDatabase } from '../../support/shop-database.ts';

const table = { name: 'slow', indexes: {} };
const orderIds = Array.from({ length: 10 }, (_, n) => `ORD-${String(n).padStart(26, '0')}`);
const [slowOne = ''] = orderIds;

describe('a slow handler', () => {
  let database: Database;
  let documents: Documents;
  let running: RunningConsumers | undefined;
  beforeEach(async () => {
    database = await contractDatabase();
    documents = openTables(database, onceInOrder)(table);
  });
  afterEach(() => running?.stop());

  const consume = async (slowWork: (attempt: number) => Promise<void>) => {
    const consumer = {
      name: 'slow',
      types: ['payment.captured' as const],
      retry: { attempts: 3, baseMs: 20, maxMs: 40 },
      handle: async (
        event: { id: string; subject: string },
        context: { attempt: number; documents: Documents },
      ) => {
        if (event.subject === slowOne) await slowWork(context.attempt);
        // A read after the wait: the batch it was taken with is long gone.
        assert.equal(await context.documents.get({ partition: event.subject, id: 'done' }), undefined);
        return {
          partition: event.subject,
          writes: [{ kind: 'create' as const, id: 'done', body: {} }],
          handled: { consumer: 'slow', eventId: event.id },
        };
      },
    };
    await database.query('select subscribe($1, $2)', ['slow', consumer.types]);
    const events = orderIds.map((orderId) =>
      makeEvent('payment.captured', orderId, 1, { orderId, amount: 1, currency: 'EUR' }),
    );
    await createBusPublisher(database, onceInOrder).publish(events);
    const dependencies = { database, table, logger: createLogger('slow', 'silent'), delivery: onceInOrder };
    running = await startConsumers([{ consumer: consumer as never, dependencies }], 50);
  };
  const done = async (orderId: string) =>
    (await documents.get({ partition: orderId, id: 'done' })) !== undefined;
  const queued = async () => (await database.query('select from queue')).rowCount;

  it('lets the others of its batch go ahead, and is committed when it is done', async () => {
    let release = () => {};
    const waiting = new Promise<void>((resolve) => {
      release = resolve;
    });
    await consume(() => waiting);
    await eventually(async () => {
      for (const orderId of orderIds.slice(1)) assert.ok(await done(orderId));
    });
    assert.equal(await done(slowOne), false);
    assert.equal(await queued(), 1);
    release();
    await eventually(async () => {
      assert.ok(await done(slowOne));
      assert.equal(await queued(), 0);
    });
  });

  it('is tried again when it fails late, and given up after the bound', async () => {
    await consume(async () => {
      await sleep(600);
      throw new Error('nobody answered');
    });
    await eventually(async () => {
      const [letter] = await createDeadLetters(database).list();
      assert.match(letter?.reason ?? '', /nobody answered/);
      assert.equal(letter?.attempts, 3);
    }, 10_000);
    assert.equal(await queued(), 0);
  });

  it('is waited for when the consumers stop', async () => {
    await consume(() => sleep(1_000));
    await eventually(async () => assert.ok(await done(orderIds[1] ?? '')));
    await running?.stop();
    assert.ok(await done(slowOne));
  });
});
