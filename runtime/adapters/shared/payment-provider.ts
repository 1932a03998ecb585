import { z } from 'zod';
import { ConfigError } from '../../config/env.ts';
import { type Clock, systemClock } from '../../ports/clock.ts';
import type { Documents } from '../../ports/documents.ts';
import type { PaymentProvider, PaymentWebhook } from '../../ports/payment.ts';
import { createSimulatedPayment } from './simulated-payment.ts';
import { createSimulatedWebhook } from './simulated-webhook.ts';
import type { StripePaymentOptions } from './stripe-payment.ts';

/** For `readEnv`. Which of them are needed depends on the first; `openPaymentProvider` says it. */
export const paymentSettings = {
  PAYMENT_PROVIDER: z.enum(['simulated', 'stripe']).default('simulated'),
  /** For one call of the provider; by default 2 s, and 15 s for Stripe with its repeats. */
  PAYMENT_DEADLINE_MS: z.coerce.number().pipe(z.int().min(1).max(25_000)).optional(),
  /** Signs the simulated provider's webhook. Without it the webhook route is closed. */
  PAYMENT_WEBHOOK_SECRET: z.string().min(16, 'must have at least 16 characters').optional(),
  STRIPE_SECRET_KEY: z.string().optional(),
  STRIPE_WEBHOOK_SECRET: z.string().optional(),
};
export type PaymentSettings = z.infer<z.ZodObject<typeof paymentSettings>>;

export interface PaymentParts {
  readonly provider: PaymentProvider;
  readonly webhook?: PaymentWebhook;
  /** How long the payment service waits for one call, in milliseconds. */
  readonly deadlineMs: number;
}

/**
 * The provider that the settings name. `openLedger` gives the documents of `paymentProviderTable`, and is asked
 * only for the simulated one.
 * @throws ConfigError naming every missing setting
 */
export function openPaymentProvider(
  settings: PaymentSettings,
  openLedger: () => Documents,
  clock: Clock = systemClock,
): PaymentParts {
  if (settings.PAYMENT_PROVIDER === 'simulated') {
    const { PAYMENT_DEADLINE_MS: deadlineMs = 2_000, PAYMENT_WEBHOOK_SECRET: secret } = settings;
    return {
      provider: createSimulatedPayment({ ledger: openLedger(), lateAnswerMs: deadlineMs + 500 }),
      webhook: secret === undefined ? undefined : createSimulatedWebhook(secret, clock),
      deadlineMs,
    };
  }
  const {
    STRIPE_SECRET_KEY: secretKey,
    STRIPE_WEBHOOK_SECRET: webhookSecret,
    PAYMENT_DEADLINE_MS: deadlineMs = 15_000,
  } = settings;
  if (secretKey === undefined || webhookSecret === undefined) {
    const missing = [
      secretKey === undefined && '  STRIPE_SECRET_KEY: the secret or restricted key of the Stripe account',
      webhookSecret === undefined && '  STRIPE_WEBHOOK_SECRET: the signing secret of its webhook endpoint',
    ].filter(Boolean);
    throw new ConfigError(`PAYMENT_PROVIDER=stripe needs these settings too:\n${missing.join('\n')}`);
  }
  return {
    provider: stripeAtFirstUse({ secretKey, timeoutMs: Math.min(deadlineMs, 8_000) }),
    webhook: {
      verify: async (body, headers) => {
        const { createStripeWebhook } = await import('./stripe-webhook.ts');
        return createStripeWebhook(webhookSecret, clock).verify(body, headers);
      },
    },
    deadlineMs,
  };
}

/** Its library is large, and whoever simulates payments never loads it. */
function stripeAtFirstUse(options: StripePaymentOptions): PaymentProvider {
  let loading: Promise<PaymentProvider> | undefined;
  const stripe = () => {
    loading ??= import('./stripe-payment.ts').then(({ createStripePayment }) => createStripePayment(options));
    return loading;
  };
  return {
    authorize: async (request) => (await stripe()).authorize(request),
    capture: async (request) => (await stripe()).capture(request),
    refund: async (orderId) => (await stripe()).refund(orderId),
    find: async (orderId) => (await stripe()).find(orderId),
  };
}
