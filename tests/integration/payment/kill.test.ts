/**
 * Payment and notification on real PostgreSQL while their process is killed again and again, at the points where
 * the outside world already knows and the shop does not, with every event delivered twice and out of order. The
 * orders are events published by this test: it proves nothing of the other services, nor of a real provider.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { ulid } from 'ulid';
import { notificationTable } from '../../../functions/notification/service.ts';
import { paymentTable } from '../../../functions/payment/service.ts';
import { createBusPublisher } from '../../../runtime/adapters/local/bus.ts';
import { createInbox } from '../../../runtime/adapters/local/inbox.ts';
import { openTables } from '../../../runtime/adapters/local/shop-database.ts';
import {
  createSimulatedPayment,
  paymentProviderTable,
} from '../../../runtime/adapters/shared/simulated-payment.ts';
import { makeEvent } from '../../../runtime/contracts/events/make.ts';
import type { Database } from '../../../runtime/sql/pool.ts';
import { eventually } from '../../contract/case.ts';
import { contractDatabase, contractDatabaseUrl } from '../../support/shop-database.ts';

const script = new URL('../../support/functions-child.ts', import.meta.url).pathname;
const total = 1_250;
/**
 * On which pass of its point each process dies. Every round brings orders of its own, more than enough to get there:
 * so each process dies, however fast the others were.
 */
const passes = [1, 1, 2, 3, 4, 4, 3, 2, 5, 5];
const ordersOfRound = 12;
const userId = `USR-${ulid()}`;

interface Order {
  readonly orderId: string;
  readonly method: string;
  readonly ending: 'confirmed' | 'cancelled';
}

const methods = ['pm_card_visa', 'pm_card_visa', 'pm_card_mastercard', 'pm_sim_flaky', 'pm_sim_timeout'];
const orders: readonly Order[] = Array.from({ length: passes.length * ordersOfRound }, (_, n) => ({
  orderId: `ORD-${ulid()}`,
  method: methods[n % methods.length] as string,
  ending: n % 4 === 0 ? 'cancelled' : 'confirmed',
}));

/** What the other services would say about an order: its end is known, and does not wait for the payment. */
function eventsOf({ orderId, method: paymentMethod, ending }: Order) {
  const facts = {
    orderId,
    userId,
    total,
    currency: 'EUR',
    items: [{ productId: `PRD-${ulid()}`, sku: 'S', name: 'Lamp', quantity: 1, unitPrice: total }],
  };
  return [
    makeEvent('inventory.reserved', orderId, 1, { orderId, userId, total, currency: 'EUR', paymentMethod }),
    ending === 'cancelled'
      ? makeEvent('order.cancelled', orderId, 3, { ...facts, reason: 'cancelled by the customer' })
      : makeEvent('order.confirmed', orderId, 3, facts),
  ];
}

describe('payment and notification under kills', function () {
  this.timeout(180_000);
  let database: Database;

  before(async () => {
    database = await contractDatabase();
    await database.query('truncate inbox');
  });

  it('the money is right, each order is paid once, and each customer written to', async () => {
    const url = await contractDatabaseUrl();
    // The consumers say what they want to hear before the events are published.
    await running(fork(script, [url], { env: { ...process.env, BUS_CHAOS: 'true' } }), (child) =>
      child.kill(),
    );
    const publisher = createBusPublisher(database, { copies: 2, spreadMs: 500 });
    const contact = { userId, username: 'ada', email: 'ada@example.com' };
    await publisher.publish([makeEvent('user.registered', userId, 1, contact)]);

    for (const [round, pass] of passes.entries()) {
      const own = orders.slice(round * ordersOfRound, (round + 1) * ordersOfRound);
      await publisher.publish(own.flatMap(eventsOf));
      const point = round % 2 === 0 ? 'payment.after-provider' : 'notification.after-send';
      const env = { ...process.env, BUS_CHAOS: 'true', KILL_AT: `${point}:${pass}` };
      const child = fork(script, [url], { env });
      await exit(child);
      assert.equal(child.signalCode, 'SIGKILL', `${point} was not passed ${pass} times`);
    }
    await running(fork(script, [url], { env: { ...process.env, BUS_CHAOS: 'true' } }), (child) =>
      eventually(async () => assert.ok(await isIdle(database)), 60_000).finally(() => child.kill()),
    );

    const open = openTables(database);
    const provider = createSimulatedPayment({ ledger: open(paymentProviderTable) });
    for (const { orderId, ending, method } of orders) {
      const charge = await provider.find(orderId);
      const payment = await open(paymentTable).get<{ status: string; captured: number; refunded: number }>({
        partition: orderId,
        id: 'payment',
      });
      const kept = (charge?.captured ?? 0) - (charge?.refunded ?? 0);
      assert.equal(kept, ending === 'confirmed' ? total : 0, `${orderId} ${method}`);
      assert.ok((charge?.captured ?? 0) <= total);
      assert.equal(payment?.body.captured, charge?.captured, `${orderId} captured`);
      assert.equal(payment?.body.refunded, charge?.refunded, `${orderId} refunded`);
      const said = await open(notificationTable).get<{ sent: object }>({ partition: orderId, id: 'mail' });
      assert.deepEqual(Object.keys(said?.body.sent ?? {}), [`order.${ending}`]);
    }
    const { rows } = await database.query<{ subject: string; count: number }>(
      `select subject, count(*) from event where type = 'payment.refunded' group by 1 having count(*) > 1`,
    );
    assert.deepEqual(rows, [], 'a refund was said twice');
    const inbox = await createInbox(database).list({ limit: 1000 });
    assert.equal(inbox.length, orders.length);
    const { rows: dead } = await database.query('select reason from dead_letter');
    assert.deepEqual(dead, []);
  });
});

async function running(child: ChildProcess, then: (child: ChildProcess) => unknown): Promise<void> {
  await new Promise((resolve) => child.once('message', resolve));
  const ended = exit(child);
  await then(child);
  await ended;
}

const exit = (child: ChildProcess) => new Promise((resolve) => child.once('exit', resolve));

async function isIdle(database: Database): Promise<boolean> {
  const { rows } = await database.query<{ waiting: number }>('select count(*) as waiting from queue');
  return rows[0]?.waiting === 0;
}
