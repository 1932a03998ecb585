/**
 * The contract of the payment provider port, written once. Each case takes any provider and throws when it does
 * not keep the contract, so that it can be run on broken ones too. Proves idempotency, at most one capture and
 * that a closed order stays closed, also under concurrent calls from one process. Does NOT prove that anything
 * survives a restart of the provider, nor how fast it answers.
 */
import assert from 'node:assert/strict';
import { ulid } from 'ulid';
import { UnavailableError } from '../../runtime/errors.ts';
import type { AuthorizeRequest, Charge, PaymentProvider } from '../../runtime/ports/payment.ts';
import type { ContractCase } from './case.ts';

const order = (paymentMethod = 'pm_card_visa', amount = 2_599, currency = 'EUR'): AuthorizeRequest => ({
  orderId: `ORD-${ulid()}`,
  amount,
  currency,
  paymentMethod,
});

/** The port allows UnavailableError at any time: the same call again. */
async function patiently(call: () => Promise<Charge>): Promise<Charge> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof UnavailableError) || attempt === 6) throw error;
    }
  }
}

async function charge(provider: PaymentProvider, request: AuthorizeRequest): Promise<Charge> {
  const held = await patiently(() => provider.authorize(request));
  if (held.state !== 'authorized') return held;
  return patiently(() => provider.capture({ ...request, chargeId: held.id }));
}

const money = ({ state, captured, refunded }: Charge) => ({ state, captured, refunded });

export const paymentCases: readonly ContractCase<PaymentProvider>[] = [
  {
    title: 'an order never heard of is not found',
    run: async (provider) => assert.equal(await provider.find(order().orderId), undefined),
  },
  {
    title: 'an authorization takes nothing, a capture takes the amount, and find says the same',
    run: async (provider) => {
      const request = order('pm_card_mastercard', 150, 'JPY');
      const held = await provider.authorize(request);
      assert.deepEqual(money(held), { state: 'authorized', captured: 0, refunded: 0 });
      assert.deepEqual(await provider.find(request.orderId), held);
      const taken = await provider.capture({ ...request, chargeId: held.id });
      assert.deepEqual(money(taken), { state: 'captured', captured: 150, refunded: 0 });
      assert.equal(taken.currency, 'JPY');
      assert.deepEqual(await provider.find(request.orderId), taken);
    },
  },
  {
    title: 'authorize repeated is the same charge',
    run: async (provider) => {
      const request = order();
      assert.deepEqual(await provider.authorize(request), await provider.authorize(request));
    },
  },
  {
    title: 'authorize repeated after the capture answers that it was captured',
    run: async (provider) => {
      const request = order();
      const taken = await charge(provider, request);
      assert.deepEqual(await provider.authorize(request), taken);
      assert.equal((await provider.find(request.orderId))?.captured, request.amount);
    },
  },
  {
    title: 'capture repeated takes the amount once',
    run: async (provider) => {
      const request = order();
      const { id: chargeId } = await provider.authorize(request);
      const first = await provider.capture({ ...request, chargeId });
      assert.deepEqual(await provider.capture({ ...request, chargeId }), first);
      assert.equal((await provider.find(request.orderId))?.captured, request.amount);
    },
  },
  ...[
    ['pm_card_chargeDeclined', 'card_declined'],
    ['pm_card_chargeDeclinedInsufficientFunds', 'insufficient_funds'],
    ['pm_card_chargeDeclinedExpiredCard', 'expired_card'],
    ['pm_card_chargeDeclinedProcessingError', 'processing_error'],
  ].map(([method, reason]) => ({
    title: `${method} is an answer, ${reason}, and stays it`,
    run: async (provider: PaymentProvider) => {
      const request = order(method);
      for (let time = 0; time < 2; time += 1) {
        const refused = await provider.authorize(request);
        assert.deepEqual(money(refused), { state: 'declined', captured: 0, refunded: 0 });
        assert.equal(refused.reason, reason);
      }
      const known = await provider.find(request.orderId);
      assert.equal(known?.state, 'declined');
      assert.equal(known?.reason, reason);
    },
  })),
  {
    title: 'a payment method that does not exist is declined',
    run: async (provider) => {
      const refused = await provider.authorize(order('pm_nobody_has_this'));
      assert.equal(refused.state, 'declined');
      assert.equal(refused.reason, 'payment_method_unknown');
    },
  },
  {
    title: 'refund gives back all that was captured, once',
    run: async (provider) => {
      const request = order();
      await charge(provider, request);
      const wanted = { state: 'refunded', captured: request.amount, refunded: request.amount };
      assert.deepEqual(money(await provider.refund(request.orderId)), wanted);
      assert.deepEqual(money(await provider.refund(request.orderId)), wanted);
      assert.deepEqual(money((await provider.find(request.orderId)) as Charge), wanted);
    },
  },
  {
    title: 'refund voids an authorization, which cannot be captured any more',
    run: async (provider) => {
      const request = order();
      const { id: chargeId } = await provider.authorize(request);
      const wanted = { state: 'voided', captured: 0, refunded: 0 };
      assert.deepEqual(money(await provider.refund(request.orderId)), wanted);
      assert.deepEqual(money(await provider.capture({ ...request, chargeId })), wanted);
      assert.deepEqual(money(await provider.authorize(request)), wanted);
    },
  },
  {
    title: 'refund of an order not charged yet closes it: a later authorize is voided',
    run: async (provider) => {
      const request = order();
      const wanted = { state: 'voided', captured: 0, refunded: 0 };
      assert.deepEqual(money(await provider.refund(request.orderId)), wanted);
      assert.deepEqual(money(await patiently(() => provider.authorize(request))), wanted);
      assert.deepEqual(money(await provider.refund(request.orderId)), wanted);
    },
  },
  {
    title: 'refund of a declined charge changes nothing',
    run: async (provider) => {
      const request = order('pm_card_chargeDeclined');
      await provider.authorize(request);
      assert.equal((await provider.refund(request.orderId)).state, 'declined');
    },
  },
  {
    title: 'two orders alike are two charges',
    run: async (provider) => {
      const [one, other] = [await charge(provider, order()), await charge(provider, order())];
      assert.notEqual(one.id, other.id);
    },
  },
  {
    title: 'eight at once for one order are one charge, captured once',
    run: async (provider) => {
      const request = order();
      const taken = await Promise.all(Array.from({ length: 8 }, () => charge(provider, request)));
      assert.deepEqual(new Set(taken.map(({ id }) => id)).size, 1);
      for (const one of taken) assert.equal(one.captured, request.amount);
      assert.equal((await provider.find(request.orderId))?.captured, request.amount);
    },
  },
  {
    title: 'a charge and a refund at once end with nothing taken',
    run: async (provider) => {
      await Promise.all(
        Array.from({ length: 6 }, async (_, turn) => {
          const request = order();
          const refundLater = async () => {
            // The charge gets ahead a little further each time.
            for (let step = 0; step < turn * 2; step += 1) await new Promise(setImmediate);
            return patiently(() => provider.refund(request.orderId));
          };
          await Promise.all([charge(provider, request), refundLater()]);
          const end = await provider.authorize(request);
          assert.equal(end.captured, end.refunded);
          assert.ok(end.state === 'refunded' || end.state === 'voided', `it ended ${end.state}`);
        }),
      );
    },
  },
];
