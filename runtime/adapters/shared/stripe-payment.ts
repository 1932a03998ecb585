import { setTimeout as sleep } from 'node:timers/promises';
import Stripe from 'stripe';
import { decodeTime } from 'ulid';
import { UnavailableError } from '../../errors.ts';
import type { AuthorizeRequest, CaptureRequest, Charge, PaymentProvider } from '../../ports/payment.ts';
import {
  asDeclined,
  fromCharge,
  fromIntent,
  isKeyTaken,
  isStateConflict,
  rethrow,
} from './stripe-answers.ts';

export interface StripePaymentOptions {
  readonly secretKey: string;
  /** For one call, in milliseconds. @default 8000 */
  readonly timeoutMs?: number;
  /** Of one call, by the Stripe library, after a broken connection or a 5xx. @default 1 */
  readonly maxNetworkRetries?: number;
  /** Another server than api.stripe.com: tests. */
  readonly server?: { readonly host: string; readonly port: number; readonly protocol: 'http' | 'https' };
}

/** Stripe keeps an idempotency key for at least 24 hours. */
const keyLifetimeMs = 23 * 60 * 60_000;

/** How often, and how far apart, a charge is looked for whose request Stripe has seen but not finished. */
const settleRounds = 4;
const settleMs = 500;

/**
 * PaymentIntents with manual capture, confirmed in the same call; nothing about them is stored on our side.
 *
 * How a charge is found again: Stripe's search lags by up to minutes, so it is no answer to "was this order
 * charged?". Lists are read-your-writes, and the one key a list of charges can be narrowed by is
 * `transfer_group`: every intent carries the order's id there (and in its metadata, for webhooks and people).
 *
 * How an order is closed that was never charged: its key for `authorize` is used up by an intent that is never
 * confirmed and cancelled at once. Stripe refuses the key to any other request, so an authorization still on its
 * way charges nothing.
 */
export function createStripePayment(options: StripePaymentOptions): PaymentProvider {
  const { secretKey, timeoutMs = 8_000, maxNetworkRetries = 1, server } = options;
  const stripe = new Stripe(secretKey, {
    timeout: timeoutMs,
    maxNetworkRetries,
    telemetry: false,
    ...server,
  });

  const find = async (orderId: string): Promise<Charge | undefined> => {
    const { data } = await stripe.charges.list({ transfer_group: orderId, limit: 10 }).catch(rethrow);
    const charge = data.find(({ status }) => status !== 'failed') ?? data[0];
    return charge && fromCharge(charge);
  };

  const retrieve = async (intentId: string): Promise<Charge> =>
    fromIntent(await stripe.paymentIntents.retrieve(intentId, { expand: ['latest_charge'] }).catch(rethrow));

  /** A repeated call gets its first answer again, which may be out of date. */
  const current = (intent: Stripe.Response<Stripe.PaymentIntent>): Promise<Charge> | Charge =>
    intent.lastResponse.headers['idempotent-replayed'] === 'true' ? retrieve(intent.id) : fromIntent(intent);

  const authorize = async (request: AuthorizeRequest): Promise<Charge> => {
    const { orderId, amount, currency, paymentMethod } = request;
    if (Date.now() - decodeTime(orderId.replace(/^ORD-/, '')) > keyLifetimeMs) {
      const known = await find(orderId);
      if (known) return known;
    }
    try {
      const intent = await stripe.paymentIntents.create(
        {
          amount,
          currency: currency.toLowerCase(),
          payment_method: paymentMethod,
          automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
          capture_method: 'manual',
          confirm: true,
          // Nobody is there to answer a bank's question: such a card is declined.
          error_on_requires_action: true,
          metadata: { orderId },
          transfer_group: orderId,
          expand: ['latest_charge'],
        },
        { idempotencyKey: `${orderId}:authorize` },
      );
      return await current(intent);
    } catch (error) {
      const refusal = asDeclined(error, currency);
      if (refusal) return refusal;
      // By another request than this one: the order was closed.
      if (isKeyTaken(error)) return (await find(orderId)) ?? closed(orderId);
      return rethrow(error);
    }
  };

  const capture = async ({ orderId, chargeId, amount }: CaptureRequest): Promise<Charge> => {
    try {
      const intent = await stripe.paymentIntents.capture(
        chargeId,
        { amount_to_capture: amount, expand: ['latest_charge'] },
        { idempotencyKey: `${orderId}:capture` },
      );
      return await current(intent);
    } catch (error) {
      if (isStateConflict(error)) return retrieve(chargeId);
      return rethrow(error);
    }
  };

  const findSettled = async (orderId: string): Promise<Charge | undefined> => {
    for (let round = 1; ; round += 1) {
      const charge = await find(orderId);
      if (charge || round === settleRounds) return charge;
      await sleep(settleMs);
    }
  };

  const closeUncharged = async (orderId: string): Promise<Charge> => {
    try {
      const intent = await stripe.paymentIntents.create(
        { amount: 100, currency: 'usd', metadata: { orderId } },
        { idempotencyKey: `${orderId}:authorize` },
      );
      await stripe.paymentIntents.cancel(intent.id, {}, { idempotencyKey: `${orderId}:close` });
      return closed(orderId);
    } catch (error) {
      if (isKeyTaken(error)) return (await findSettled(orderId)) ?? closed(orderId);
      if (isStateConflict(error)) return closed(orderId);
      return rethrow(error);
    }
  };

  const giveBack = async (orderId: string, { id, state }: Charge): Promise<void> => {
    try {
      if (state === 'captured') {
        await stripe.refunds.create({ payment_intent: id }, { idempotencyKey: `${orderId}:refund` });
      } else {
        await stripe.paymentIntents.cancel(id, {}, { idempotencyKey: `${orderId}:void` });
      }
    } catch (error) {
      // It was captured, cancelled or refunded meanwhile: the next look tells.
      if (!isStateConflict(error)) rethrow(error);
    }
  };

  const refund = async (orderId: string): Promise<Charge> => {
    for (let round = 0; round < 4; round += 1) {
      const charge = (await find(orderId)) ?? (await closeUncharged(orderId));
      if (charge.state !== 'captured' && charge.state !== 'authorized') return charge;
      await giveBack(orderId, charge);
    }
    throw new UnavailableError(`Stripe has not given back the charge of ${orderId} yet`);
  };

  return { authorize, capture, refund, find };
}

const closed = (orderId: string): Charge => ({
  id: `closed_${orderId}`,
  state: 'voided',
  captured: 0,
  refunded: 0,
});
