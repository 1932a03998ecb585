/** Providers broken on purpose: each must be caught by a case of the contract, or the contract is too weak. */
import type { Charge, PaymentProvider } from '../../runtime/ports/payment.ts';

type Break = (real: PaymentProvider) => PaymentProvider;

const nothing: Charge = { id: 'none', state: 'voided', captured: 0, refunded: 0, currency: 'EUR' };

export const paymentFaults: Readonly<Record<string, Break>> = {
  'a repeated authorize is a new charge': (real) => {
    let count = 0;
    return {
      ...real,
      authorize: (request) => {
        count += 1;
        const orderId = `${request.orderId.slice(0, -2)}${String(count % 90).padStart(2, '0')}`;
        return real.authorize({ ...request, orderId });
      },
    };
  },
  'a repeated authorize forgets the capture': (real) => ({
    ...real,
    authorize: async (request) => ({ ...(await real.authorize(request)), state: 'authorized', captured: 0 }),
  }),
  'capture does nothing': (real) => ({
    ...real,
    capture: async (request) => (await real.find(request.orderId)) ?? nothing,
  }),
  'a repeated capture takes the amount again': (real) => {
    const taken = new Map<string, number>();
    return {
      ...real,
      capture: async (request) => {
        const charge = await real.capture(request);
        const total = (taken.get(request.orderId) ?? 0) + charge.captured;
        taken.set(request.orderId, total);
        return { ...charge, captured: total };
      },
    };
  },
  'a declined card is an error': (real) => ({
    ...real,
    authorize: async (request) => {
      const charge = await real.authorize(request);
      if (charge.state === 'declined') throw new Error(charge.reason);
      return charge;
    },
  }),
  'a declined card has no reason': (real) => ({
    ...real,
    authorize: async (request) => ({ ...(await real.authorize(request)), reason: undefined }),
  }),
  'an unknown payment method is accepted': (real) => ({
    ...real,
    authorize: (request) =>
      real.authorize(
        request.paymentMethod === 'pm_nobody_has_this'
          ? { ...request, paymentMethod: 'pm_card_visa' }
          : request,
      ),
  }),
  'find invents a charge': (real) => ({ ...real, find: async (id) => (await real.find(id)) ?? nothing }),
  'refund leaves an authorization standing': (real) => ({
    ...real,
    refund: async (orderId) => {
      const charge = await real.find(orderId);
      return charge?.state === 'authorized' ? { ...charge, state: 'voided' } : real.refund(orderId);
    },
  }),
  'refund of an order not charged yet does not close it': (real) => ({
    ...real,
    refund: async (orderId) => ((await real.find(orderId)) ? real.refund(orderId) : nothing),
  }),
  'refund gives nothing back': (real) => ({
    ...real,
    refund: async (orderId) => (await real.find(orderId)) ?? real.refund(orderId),
  }),
  'the currency is lost': (real) => ({
    ...real,
    capture: async (request) => ({ ...(await real.capture(request)), currency: 'USD' }),
  }),
};
