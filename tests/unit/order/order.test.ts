/** The order's state machine, transition by transition. It proves nothing of who reports when. */
import assert from 'node:assert/strict';
import { cancel, newOrder, type Order, progress, type Report } from '../../../functions/order/order.ts';
import type { OrderStatus } from '../../../runtime/contracts/api/order.ts';

const items = [{ productId: 'PRD-1', sku: 'one', name: 'One', quantity: 3, unitPrice: 250 }];
const fresh = newOrder(
  { orderId: 'ORD-1', userId: 'USR-1', items, currency: 'EUR', paymentMethod: 'pm_card_visa' },
  'then',
);
const inState = (status: OrderStatus): Order => ({ ...fresh, status });
const steps = (order: Order | undefined) => order?.timeline.map(({ status }) => status);

const transitions: [OrderStatus, Report['type'], readonly OrderStatus[] | undefined][] = [
  ['pending', 'reserved', ['reserved']],
  ['pending', 'captured', ['reserved', 'paid', 'confirmed']],
  ['pending', 'refused', ['rejected']],
  ['reserved', 'reserved', undefined],
  ['reserved', 'captured', ['paid', 'confirmed']],
  ['reserved', 'refused', ['rejected']],
  ...(['confirmed', 'rejected', 'cancelled'] as const).flatMap((status) =>
    (['reserved', 'captured', 'refused'] as const).map((type): [OrderStatus, Report['type'], undefined] => [
      status,
      type,
      undefined,
    ]),
  ),
];

describe('an order', () => {
  it('begins pending, with the sum of its lines', () => {
    assert.equal(fresh.total, 750);
    assert.deepEqual(fresh.timeline, [{ status: 'pending', at: 'then' }]);
  });

  for (const [status, type, expected] of transitions) {
    it(`that is ${status} and ${type} ${expected ? `becomes ${expected.join(', ')}` : 'stays'}`, () => {
      const report = { type, reason: 'why' } as Report;
      const next = progress(inState(status), report, 'now');
      assert.deepEqual(steps(next?.order), expected && ['pending', ...expected]);
      assert.equal(next?.order.status, expected?.at(-1));
      if (type === 'refused' && next) assert.equal(next.order.reason, 'why');
    });
  }

  for (const status of ['pending', 'reserved', 'paid', 'confirmed'] as const) {
    it(`that is ${status} can be cancelled`, () => {
      assert.equal(cancel(inState(status), 'why', 'now')?.status, 'cancelled');
    });
  }
  for (const status of ['rejected', 'cancelled'] as const) {
    it(`that is ${status} cannot be cancelled`, () => {
      assert.equal(cancel(inState(status), 'why', 'now'), undefined);
    });
  }
});
