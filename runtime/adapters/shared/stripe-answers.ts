import Stripe from 'stripe';
import { UnavailableError } from '../../errors.ts';
import type { Charge } from '../../ports/payment.ts';
import { unknownPaymentMethod } from './test-cards.ts';

// Stripe’s objects and errors in the words of the payment port.

export function fromIntent(intent: Stripe.PaymentIntent): Charge {
  const charge = intent.latest_charge;
  if (charge && typeof charge !== 'string') return { ...fromCharge(charge), id: intent.id };
  const state = intent.status === 'canceled' ? 'voided' : 'declined';
  const reason = state === 'declined' ? intent.status : undefined;
  return { id: intent.id, state, captured: 0, refunded: 0, currency: intent.currency.toUpperCase(), reason };
}

export function fromCharge(charge: Stripe.Charge): Charge {
  const { payment_intent: intent, currency, captured, amount_captured, amount_refunded } = charge;
  const id = typeof intent === 'string' ? intent : (intent?.id ?? charge.id);
  const known = { id, captured: 0, refunded: 0, currency: currency.toUpperCase() };
  if (charge.status === 'failed') {
    return { ...known, state: 'declined', reason: codeOf(charge.outcome?.reason, charge.failure_code) };
  }
  // An authorization that was let go of counts as refunded at Stripe, though nothing was taken.
  if (!captured) return { ...known, state: charge.refunded ? 'voided' : 'authorized' };
  const state = amount_refunded >= amount_captured ? 'refunded' : 'captured';
  return { ...known, state, captured: amount_captured, refunded: amount_refunded };
}

/** The bank's reason where it gave one, else Stripe's own code. */
function codeOf(reason: string | null | undefined, code: string | null | undefined): string {
  return (reason && reason !== 'generic_decline' ? reason : code) ?? 'card_declined';
}

/** A refusal that no repetition mends, as an answer. */
export function asDeclined(error: unknown, currency: string): Charge | undefined {
  if (error instanceof Stripe.errors.StripeCardError) {
    const { payment_intent: intent, decline_code, code } = error;
    const id = intent?.id ?? 'none';
    return { id, state: 'declined', captured: 0, refunded: 0, currency, reason: codeOf(decline_code, code) };
  }
  if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) return undefined;
  const reason = requestRefusal(error);
  return reason === undefined
    ? undefined
    : { id: 'none', state: 'declined', captured: 0, refunded: 0, currency, reason };
}

/** What the customer's order asks for and Stripe does not do; any other refused request is our own fault. */
function requestRefusal({ param, code }: Stripe.errors.StripeInvalidRequestError): string | undefined {
  if (param === 'payment_method') return unknownPaymentMethod;
  if (param === 'amount' || param === 'currency' || code?.startsWith('amount_too_')) {
    return code ?? `${param}_not_accepted`;
  }
  return undefined;
}

export const isKeyTaken = (error: unknown) => error instanceof Stripe.errors.StripeIdempotencyError;

export const isStateConflict = (error: unknown) =>
  error instanceof Stripe.errors.StripeInvalidRequestError &&
  ['payment_intent_unexpected_state', 'charge_already_refunded', 'charge_already_captured'].includes(
    error.code ?? '',
  );

/** Tells "Stripe is away" from "Stripe does not accept this". */
export function rethrow(error: unknown): never {
  const { StripeConnectionError, StripeAPIError, StripeRateLimitError } = Stripe.errors;
  if ([StripeConnectionError, StripeAPIError, StripeRateLimitError].some((kind) => error instanceof kind)) {
    throw new UnavailableError('Stripe does not answer', { cause: error });
  }
  if (error instanceof Stripe.errors.StripeAuthenticationError) {
    // Without its cause: Stripe's message repeats a part of the key.
    throw new Error('Stripe refused the secret key: correct STRIPE_SECRET_KEY');
  }
  throw error;
}
