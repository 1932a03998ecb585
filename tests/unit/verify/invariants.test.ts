/**
 * That each invariant's check turns red on a shop where it is broken, and stays green on one that is right.
 * It does not prove that the facts are read as they are; the end-to-end suites do.
 */
import assert from 'node:assert/strict';
import type { ShopFacts } from '../../../local/verify/facts.ts';
import { checkInvariants } from '../../../local/verify/invariants.ts';

const right: ShopFacts = {
  orders: [
    {
      orderId: 'ORD-1',
      status: 'confirmed',
      total: 500,
      currency: 'EUR',
      items: [{ productId: 'PRD-1', quantity: 2 }],
      timeline: ['pending', 'reserved', 'paid', 'confirmed'],
      placedAt: '2026-02-02T00:00:00.000Z',
    },
    {
      orderId: 'ORD-2',
      status: 'cancelled',
      total: 250,
      currency: 'EUR',
      items: [{ productId: 'PRD-1', quantity: 1 }],
      timeline: ['pending', 'cancelled'],
      placedAt: '2026-02-02T00:00:00.000Z',
    },
  ],
  stocks: [{ productId: 'PRD-1', available: 8, reserved: 0, sold: 2, stocked: 10 }],
  reservations: [
    { productId: 'PRD-1', orderId: 'ORD-1', quantity: 2, state: 'sold' },
    { productId: 'PRD-1', orderId: 'ORD-2', quantity: 1, state: 'released' },
  ],
  payments: [
    { orderId: 'ORD-1', status: 'captured', captured: 500, refunded: 0, currency: 'EUR', at: '' },
    { orderId: 'ORD-2', status: 'refunded', captured: 250, refunded: 250, currency: 'EUR', at: '' },
  ],
  charges: [
    { orderId: 'ORD-1', held: 500 },
    { orderId: 'ORD-2', held: 0 },
  ],
  events: new Map<string, Record<string, number>>([
    ['ORD-1', { 'order.placed': 1, 'order.confirmed': 1 }],
    ['ORD-2', { 'order.placed': 2, 'order.cancelled': 1 }],
  ]),
  eventsSince: '2026-01-01T00:00:00.000Z',
  queued: 0,
  deadLetters: 0,
};
const [confirmed, cancelled] = right.orders;
if (!confirmed || !cancelled) throw new Error('two orders are needed');

const broken: Record<string, [number, Partial<ShopFacts>]> = {
  'an order that never came to rest': [
    1,
    { orders: [{ ...confirmed, status: 'paid', timeline: ['pending', 'paid'] }] },
  ],
  'an order that was confirmed twice': [
    1,
    { orders: [{ ...confirmed, timeline: [...confirmed.timeline, 'confirmed'] }, cancelled] },
  ],
  'a message still waiting': [1, { queued: 1 }],
  'a message given up': [1, { deadLetters: 1 }],
  'a piece too many': [
    2,
    { stocks: [{ productId: 'PRD-1', available: 9, reserved: 0, sold: 2, stocked: 10 }] },
  ],
  'a number below zero': [
    2,
    { stocks: [{ productId: 'PRD-1', available: -1, reserved: 0, sold: 2, stocked: 1 }] },
  ],
  'pieces reserved for nobody': [
    2,
    { stocks: [{ productId: 'PRD-1', available: 7, reserved: 1, sold: 2, stocked: 10 }] },
  ],
  'pieces sold twice': [
    2,
    { stocks: [{ productId: 'PRD-1', available: 6, reserved: 0, sold: 4, stocked: 10 }] },
  ],
  'a cancelled order that keeps its pieces': [
    2,
    {
      stocks: [{ productId: 'PRD-1', available: 7, reserved: 0, sold: 3, stocked: 10 }],
      reservations: right.reservations.map((reservation) => ({ ...reservation, state: 'sold' as const })),
    },
  ],
  'a rejected order that still holds its pieces': [
    2,
    {
      stocks: [{ productId: 'PRD-1', available: 7, reserved: 1, sold: 2, stocked: 10 }],
      reservations: right.reservations.map((one) =>
        one.state === 'sold' ? one : { ...one, state: 'reserved' as const },
      ),
    },
  ],
  'a capture of another amount': [3, { charges: [{ orderId: 'ORD-1', held: 1000 }] }],
  'a refund that is only in our books': [
    3,
    {
      charges: [
        { orderId: 'ORD-1', held: 500 },
        { orderId: 'ORD-2', held: 250 },
      ],
    },
  ],
  'a charge for no order': [3, { charges: [...(right.charges ?? []), { orderId: 'ORD-9', held: 1 }] }],
  'a confirmed order that nobody paid': [3, { payments: right.payments.slice(1) }],
  'an outcome that was never said': [4, { events: new Map([['ORD-1', { 'order.placed': 1 }]]) }],
  'an outcome said twice': [
    4,
    { events: new Map([...right.events, ['ORD-1', { 'order.placed': 1, 'order.confirmed': 2 }]]) },
  ],
  'events of an order that does not exist': [
    4,
    { events: new Map([...right.events, ['ORD-9', { 'order.placed': 1 }]]) },
  ],
};

describe('the invariants', () => {
  it('hold for a shop that is right', () => {
    assert.deepEqual(checkInvariants(right), []);
  });
  it('hold for orders that the bus has forgotten the events of', () => {
    const forgotten = { events: new Map(), eventsSince: '2026-03-03T00:00:00.000Z' };
    assert.deepEqual(checkInvariants({ ...right, ...forgotten }), []);
  });
  for (const [title, [invariant, change]] of Object.entries(broken)) {
    it(`find ${title}`, () => {
      const found = checkInvariants({ ...right, ...change });
      assert.ok(
        found.some((finding) => finding.invariant === invariant),
        JSON.stringify(found),
      );
    });
  }
});
