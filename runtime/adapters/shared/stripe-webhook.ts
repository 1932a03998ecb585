import Stripe from 'stripe';
import type { Clock } from '../../ports/clock.ts';
import { type PaymentNotice, type PaymentWebhook, WebhookSignatureError } from '../../ports/payment.ts';

const toleranceSeconds = 5 * 60;

/** Answers at once; the port lets others take their time. */
export interface SyncWebhook extends PaymentWebhook {
  verify(...asked: Parameters<PaymentWebhook['verify']>): PaymentNotice;
}

/** Checks `stripe-signature`. Events about a PaymentIntent or a charge carry the order's id in metadata or group. */
export function createStripeWebhook(secret: string, clock: Clock): SyncWebhook {
  return {
    verify: (body, headers): PaymentNotice => {
      const signature = headers['stripe-signature'];
      if (signature === undefined) throw new WebhookSignatureError('The header stripe-signature is missing.');
      const event = constructEvent(body, signature, secret, clock.now());
      return { id: event.id, type: event.type, orderId: orderOf(event.data?.object) };
    },
  };
}

function constructEvent(body: Buffer, signature: string, secret: string, now: number): Stripe.Event {
  try {
    return Stripe.webhooks.constructEvent(body, signature, secret, toleranceSeconds, undefined, now);
  } catch (error) {
    if (error instanceof Stripe.errors.StripeSignatureVerificationError) {
      throw new WebhookSignatureError(
        'The signature does not fit the body, or is more than five minutes old.',
      );
    }
    throw new WebhookSignatureError('The body is no event of Stripe.', { cause: error });
  }
}

function orderOf(object: unknown): string | undefined {
  const { metadata, transfer_group } = (object ?? {}) as {
    metadata?: { orderId?: unknown } | null;
    transfer_group?: unknown;
  };
  const order = metadata?.orderId ?? transfer_group;
  return typeof order === 'string' ? order : undefined;
}
