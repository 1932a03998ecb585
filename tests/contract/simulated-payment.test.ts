/**
 * The payment provider's contract on the simulated provider, its ledger in memory and in PostgreSQL, and that the
 * contract catches providers broken on purpose. It proves nothing of a provider that moves money.
 */
import assert from 'node:assert/strict';
import { ulid } from 'ulid';
import { onceInOrder } from '../../runtime/adapters/local/delivery.ts';
import { openTables } from '../../runtime/adapters/local/shop-database.ts';
import {
  createSimulatedPayment,
  paymentProviderTable,
} from '../../runtime/adapters/shared/simulated-payment.ts';
import { UnavailableError } from '../../runtime/errors.ts';
import { createMemoryDocuments } from '../support/memory-documents.ts';
import { contractDatabase } from '../support/shop-database.ts';
import { describeContract, failingCases } from './case.ts';
import { paymentCases } from './payment.ts';
import { paymentFaults } from './payment-faults.ts';

const open = async () => createSimulatedPayment({ ledger: createMemoryDocuments() });
const close = async () => {};

describeContract('the payment provider, simulated', paymentCases, open, close);

describeContract(
  'the payment provider, simulated, its ledger in PostgreSQL',
  paymentCases,
  async () => {
    const open = openTables(await contractDatabase(), onceInOrder);
    return createSimulatedPayment({ ledger: open(paymentProviderTable) });
  },
  close,
);

describe('the simulated payment provider', () => {
  const order = (paymentMethod: string) => ({
    orderId: `ORD-${ulid()}`,
    amount: 700,
    currency: 'EUR',
    paymentMethod,
  });

  it('pm_sim_timeout records at once and answers late', async () => {
    const provider = createSimulatedPayment({ ledger: createMemoryDocuments(), lateAnswerMs: 60 });
    const request = order('pm_sim_timeout');
    const startedAt = Date.now();
    const late = provider.authorize(request);
    await new Promise(setImmediate);
    assert.equal((await provider.find(request.orderId))?.state, 'authorized');
    assert.equal((await late).state, 'authorized');
    assert.ok(Date.now() - startedAt >= 55);
  });

  it('pm_sim_flaky fails twice an order, also over a restart, and then works', async () => {
    const ledger = createMemoryDocuments();
    const request = order('pm_sim_flaky');
    for (let time = 0; time < 2; time += 1) {
      await assert.rejects(createSimulatedPayment({ ledger }).authorize(request), UnavailableError);
    }
    assert.equal((await createSimulatedPayment({ ledger }).authorize(request)).state, 'authorized');
  });

  it('charges in two commits and no read', async () => {
    const ledger = createMemoryDocuments();
    const calls: string[] = [];
    const provider = createSimulatedPayment({
      ledger: {
        ...ledger,
        get: (key) => {
          calls.push('get');
          return ledger.get(key);
        },
        commit: (unit) => {
          calls.push('commit');
          return ledger.commit(unit);
        },
      },
    });
    const request = order('pm_card_visa');
    const { id: chargeId } = await provider.authorize(request);
    await provider.capture({ ...request, chargeId });
    assert.deepEqual(calls, ['commit', 'commit']);
  });

  it('refuses to charge nothing', async () => {
    const provider = createSimulatedPayment({ ledger: createMemoryDocuments() });
    await assert.rejects(provider.authorize({ ...order('pm_card_visa'), amount: 0 }), /1 or more/);
  });
});

describe('the payment contract catches', () => {
  for (const [fault, plant] of Object.entries(paymentFaults)) {
    it(fault, async () => {
      const caught = await failingCases(paymentCases, async () => plant(await open()), close, 1);
      assert.notDeepEqual(caught, []);
    });
  }
});
