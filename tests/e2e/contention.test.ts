/**
 * Many buyers after few pieces, at the same moment, on the whole shop: never one piece more is sold than there is,
 * never one less than could be, and everybody is told. It does not prove that the shop is fast (see bench/), nor
 * that a cloud's own stores bear as many: on AWS's stand-ins it runs with fewer buyers.
 */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OrderFact } from '../../local/verify/facts.ts';
import { type Client, createClient } from './support/client.ts';
import { introduce, introduceAdmin, type Person } from './support/people.ts';
import { type LocalShop, shopOn, startLocalShop } from './support/shop.ts';

const price = 1_250;
/** On stand-ins of a cloud trade is slower, so that what is traded comes to rest beside the orders. */
const crowd = {
  buyers: 1_000,
  pieces: 100,
  ...(shopOn === 'local'
    ? { traders: 40, tradeEveryMs: 0, restSeconds: 60 }
    : { traders: 16, tradeEveryMs: 100, restSeconds: 120 }),
};

interface Placed {
  readonly orderId: string;
  readonly buyer: Person;
  readonly quantity: number;
}

describe('contention', function () {
  this.timeout(3_000 * crowd.restSeconds);
  let shop: LocalShop;
  let client: Client;
  let admin: Person;

  before(async () => {
    shop = await startLocalShop({ RATE_LIMIT_PER_MINUTE: '0' });
    client = createClient(shop.url);
    admin = await introduceAdmin(shop);
  });
  after(() => shop?.close());

  const place = async (buyer: Person, productId: string, quantity: number): Promise<Placed> => {
    const { status, body } = await client.place(buyer.token, productId, { quantity });
    assert.equal(status, 201, JSON.stringify(body));
    return { orderId: body.orderId, buyer, quantity };
  };

  /** Waits for rest; all that must always hold holds, and this is what became of the product. */
  const outcome = async (productId: string) => {
    const { facts, findings } = await shop.verify(crowd.restSeconds);
    assert.deepEqual(findings, []);
    const orders = facts.orders.filter(({ items }) => items.some((item) => item.productId === productId));
    const stock = facts.stocks.find((entry) => entry.productId === productId);
    assert.ok(stock);
    const ids = new Set(orders.map(({ orderId }) => orderId));
    const held = (facts.charges ?? []).filter(({ orderId }) => ids.has(orderId));
    return {
      available: stock.available,
      reserved: stock.reserved,
      sold: stock.sold,
      stocked: stock.stocked,
      paid: held.reduce((sum, charge) => sum + charge.held, 0),
      counts: countByStatus(orders),
      statusOf: new Map(orders.map(({ orderId, status }) => [orderId, status])),
    };
  };

  const refused = crowd.buyers - crowd.pieces;
  it(`sells exactly ${crowd.pieces} pieces to ${crowd.buyers} buyers at once, and tells the other ${refused} why not`, async () => {
    const buyers = await introduce(shop, crowd.buyers);
    const productId = await client.product(admin.token, crowd.pieces, { price });
    const began = Date.now();
    const placed = await Promise.all(buyers.map((buyer) => place(buyer, productId, 1)));
    const answeredMs = Date.now() - began;
    const { statusOf, ...numbers } = await outcome(productId);
    console.log(
      `      ${crowd.buyers} orders answered in ${answeredMs} ms, all at rest after ${Date.now() - began} ms`,
    );
    assert.deepEqual(numbers, {
      available: 0,
      reserved: 0,
      sold: crowd.pieces,
      stocked: crowd.pieces,
      paid: crowd.pieces * price,
      counts: { confirmed: crowd.pieces, rejected: refused },
    });
    assert.deepEqual([...statusOf.keys()].sort(), placed.map(({ orderId }) => orderId).sort());
    for (const { orderId, buyer } of placed) {
      const { status, reason, timeline } = await client.order(orderId, buyer.token);
      if (status === 'confirmed') assert.equal(reason, undefined);
      else assert.match(reason ?? '', /is out of stock$/);
      assert.equal(timeline.at(-1)?.status, status);
    }
  });

  it('sells 20 pieces to 32 buyers of any quantity, and refuses only what was more than the rest', async () => {
    const buyers = await introduce(shop, 32);
    for (let round = 0; round < 4; round += 1) {
      const productId = await client.product(admin.token, 20, { price });
      const placed = await Promise.all(
        buyers.map((buyer) => place(buyer, productId, 1 + Math.floor(Math.random() * 5))),
      );
      const { available, reserved, sold, paid, statusOf } = await outcome(productId);
      const bought = placed.filter(({ orderId }) => statusOf.get(orderId) === 'confirmed');
      const refused = placed.filter(({ orderId }) => statusOf.get(orderId) === 'rejected');
      assert.equal(bought.length + refused.length, 32);
      assert.equal(piecesOf(bought), sold);
      assert.deepEqual(
        { sum: available + sold, reserved, paid },
        { sum: 20, reserved: 0, paid: sold * price },
      );
      // Stock only fell: whoever was refused wanted more than what is left at the end.
      assert.deepEqual(
        refused.filter(({ quantity }) => quantity <= available),
        [],
      );
    }
  });

  it('stays exact while orders are cancelled and stock comes and goes', async () => {
    const buyers = await introduce(shop, crowd.traders);
    const productId = await client.product(admin.token, 30, { price });
    let stocked = 30;
    let trading = true;
    const trade = async () => {
      while (trading) {
        const adjustBy = Math.random() < 0.5 ? 2 : -1;
        const { status } = await client.call('PUT', `/api/inventory/${productId}`, {
          token: admin.token,
          body: { adjustBy },
        });
        // 409: there is nothing to take away just now.
        assert.ok(status === 200 || (status === 409 && adjustBy < 0), `PUT inventory answered ${status}`);
        if (status === 200) stocked += adjustBy;
        await sleep(crowd.tradeEveryMs);
      }
    };
    const cancelled: string[] = [];
    const buy = async (buyer: Person) => {
      for (let round = 0; round < 6; round += 1) {
        const { orderId } = await place(buyer, productId, 1 + Math.floor(Math.random() * 2));
        if (Math.random() < 0.5) continue;
        if (Math.random() < 0.5) await client.until(orderId, buyer.token, 'confirmed', 'rejected');
        const { status } = await client.call('POST', `/api/orders/${orderId}/cancel`, { token: buyer.token });
        // 409: it was rejected before.
        assert.ok(status === 200 || status === 409, `cancel answered ${status}`);
        if (status === 200) cancelled.push(orderId);
      }
    };
    const trader = trade();
    await Promise.all(buyers.map(buy));
    trading = false;
    await trader;
    const result = await outcome(productId);
    assert.equal(result.stocked, stocked);
    assert.equal(result.available + result.sold, stocked);
    assert.equal(result.reserved, 0);
    assert.ok(
      cancelled.length > crowd.traders / 2 &&
        (result.counts.confirmed ?? 0) > 0 &&
        (result.counts.rejected ?? 0) > 0,
    );
    assert.deepEqual(
      cancelled.filter((orderId) => result.statusOf.get(orderId) !== 'cancelled'),
      [],
    );
  });
});

const piecesOf = (placed: readonly Placed[]) => placed.reduce((sum, { quantity }) => sum + quantity, 0);

function countByStatus(orders: readonly OrderFact[]): Partial<Record<OrderFact['status'], number>> {
  const counts: Partial<Record<OrderFact['status'], number>> = {};
  for (const { status } of orders) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}
