/**
 * What no contract can say in general: a message whose unit or whose reads PostgreSQL refuses for good, and an
 * event that follows no schema. It is given up after the bound, the others of its batch go on, and it can be seen.
 * It does not prove what other stores refuse.
 */
import assert from 'node:assert/strict';
import { createBusPublisher, createDeadLetters, listEvents } from '../../../runtime/adapters/local/bus.ts';
import { type RunningConsumers, startConsumers } from '../../../runtime/adapters/local/consumer-loop.ts';
import { openTables } from '../../../runtime/adapters/local/shop-database.ts';
import { makeEvent } from '../../../runtime/contracts/events/make.ts';
import type { HandlerContext } from '../../../runtime/ports/event-bus.ts';
import type { Database } from '../../../runtime/sql/pool.ts';
import { createLogger } from '../../../runtime/telemetry/log.ts';
import { eventually } from '../../contract/case.ts';
import { contractDatabase } from '../../support/shop-database.ts';

const table = { name: 'poison', indexes: {} };
const orderIds = Array.from({ length: 12 }, (_, n) => `ORD-${String(n).padStart(26, '0')}`);
const bad = orderIds[5] as string;
const failed = (orderId: string) => makeEvent('payment.failed', orderId, 1, { orderId, reason: 'no' });

describe('poison on the bus in PostgreSQL', function () {
  this.timeout(30_000);
  let database: Database;
  let running: RunningConsumers | undefined;

  beforeEach(async () => {
    database = await contractDatabase();
  });
  afterEach(async () => {
    await running?.stop();
    running = undefined;
  });

  const consume = async (prepare: (orderId: string, context: HandlerContext) => Promise<string>) => {
    const consumer = {
      name: 'swallower',
      types: ['payment.failed' as const],
      retry: { attempts: 3, baseMs: 10, maxMs: 20 },
      handle: async (event: { subject: string; id: string }, context: HandlerContext) => ({
        partition: event.subject,
        writes: [
          {
            kind: 'create' as const,
            id: 'note',
            body: { text: await prepare(event.subject, context) },
          },
        ],
        handled: { consumer: 'swallower', eventId: event.id },
      }),
    };
    const dependencies = { database, table, logger: createLogger('poison', 'silent') };
    running = await startConsumers([{ consumer, dependencies }], 50);
  };

  const assertOnlyBadOneGivenUp = async (given: string) => {
    const documents = openTables(database)(table);
    await eventually(async () => {
      const letters = await createDeadLetters(database).list();
      assert.deepEqual(
        letters.map(({ event, attempts }) => [event.subject, attempts]),
        [[given, 3]],
      );
      for (const orderId of orderIds.filter((each) => each !== given)) {
        assert.ok(await documents.get({ partition: orderId, id: 'note' }), `${orderId} was not handled`);
      }
    }, 10_000);
    const { rows } = await database.query<{ count: number }>('select count(*) from queue');
    assert.equal(rows[0]?.count, 0);
  };

  it('gives up a message whose unit cannot be stored', async () => {
    await consume(async (orderId) => (orderId === bad ? 'U+0000 is in here: \u0000' : 'fine'));
    await createBusPublisher(database).publish(orderIds.map(failed));
    await assertOnlyBadOneGivenUp(bad);
  });

  it('gives up a message whose handler asks for what cannot be', async () => {
    await consume(async (orderId, { documents }) => {
      await documents.get({ partition: orderId === bad ? '\u0000' : orderId, id: 'note' });
      return 'fine';
    });
    await createBusPublisher(database).publish(orderIds.map(failed));
    await assertOnlyBadOneGivenUp(bad);
  });

  it('gives up an event that follows no schema, and shows it as it is', async () => {
    await consume(async () => 'fine');
    await createBusPublisher(database).publish(orderIds.map(failed));
    const subject = 'ORD-malformed';
    const malformed = { ...failed(bad), id: '01K9GZ6Q7W3V8B5N2M4X6Y8T0R', subject, data: { nothing: true } };
    await database.query('select publish($1, 1, 0)', [
      JSON.stringify([{ id: malformed.id, type: malformed.type, subject, body: malformed }]),
    ]);
    await assertOnlyBadOneGivenUp(subject);
    assert.deepEqual(await listEvents(database, subject), [JSON.parse(JSON.stringify(malformed))]);
    const [letter] = await createDeadLetters(database).list();
    assert.deepEqual(letter?.event, JSON.parse(JSON.stringify(malformed)));
  });
});
