/**
 * The saga as a whole: whatever the order of delivery, duplicates, deaths before a commit, cancels and impatient
 * reconcilers, the shop comes to rest with every invariant. Services are real, documents are in memory, so it
 * proves nothing of a store or of two handlers running at the very same moment.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { checkInvariants } from '../../../local/verify/invariants.ts';
import { createWorld } from './world.ts';

const products = ['A', 'B', 'C'].map((letter) => `PRD-${letter.repeat(26)}`);

const order = fc.record({
  items: fc.uniqueArray(fc.record({ product: fc.nat(2), quantity: fc.integer({ min: 1, max: 3 }) }), {
    selector: (item) => item.product,
    minLength: 1,
    maxLength: 3,
  }),
  paymentMethod: fc.constantFrom('pm_card_visa', 'pm_card_visa', 'pm_card_chargeDeclined'),
});

const rarely = fc.nat(7).map((n) => n === 0);

const step = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constant('deliver' as const),
      at: fc.nat(1_000),
      killed: rarely,
      copied: rarely,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const), at: fc.nat(10) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reconcile' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('restock' as const),
      at: fc.nat(2),
      by: fc.integer({ min: -2, max: 4 }),
    }),
  },
);

describe('the shop comes to rest with every invariant', function () {
  this.timeout(60_000);

  it('whatever is delivered when, twice, or lost before its commit', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(order, { minLength: 1, maxLength: 5 }),
        fc.array(step, { minLength: 10, maxLength: 150 }),
        async (orders, steps) => {
          const world = createWorld();
          world.publish(products.map((productId, n) => world.product(productId, 100 * n)));
          while (world.waiting() > 0) await world.deliver(0);
          for (const productId of products) {
            const put = { params: { productId }, body: { available: 4 } };
            assert.equal((await world.request('putStock', put, world.asAdmin)).status, 200);
          }
          const placed: string[] = [];
          for (const { items, paymentMethod } of orders) {
            const body = {
              items: items.map(({ product, quantity }) => ({ productId: products[product], quantity })),
              paymentMethod,
            };
            const reply = await world.request('placeOrder', { body });
            assert.equal(reply.status, 201);
            placed.push((reply.body as { orderId: string }).orderId);
          }
          for (const one of steps) {
            if (one.kind === 'deliver' && world.waiting() > 0)
              await world.deliver(one.at % world.waiting(), one);
            if (one.kind === 'cancel') {
              const reply = await world.request('cancelOrder', {
                params: { id: placed[one.at % placed.length] },
              });
              assert.ok([200, 409].includes(reply.status), `${reply.status}`);
            }
            if (one.kind === 'reconcile') await world.reconcile();
            if (one.kind === 'restock') {
              const put = { params: { productId: products[one.at] }, body: { adjustBy: one.by } };
              assert.ok([200, 409].includes((await world.request('putStock', put, world.asAdmin)).status));
            }
          }
          let left = 5_000;
          for (; world.waiting() > 0 && left > 0; left -= 1)
            await world.deliver((left * 7) % world.waiting());
          const facts = await world.facts();
          assert.deepEqual(checkInvariants(facts), []);
          assert.equal(facts.orders.length, placed.length);
        },
      ),
      { numRuns: 300 },
    );
  });
});
