import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../../ports/clock.ts';
import { type PaymentNotice, type PaymentWebhook, WebhookSignatureError } from '../../ports/payment.ts';

/** Carries `t=<seconds since 1970>,v1=<hex HMAC-SHA256 of "t.body">`. */
export const simulatedSignatureHeader = 'payment-signature';

export const webhookToleranceMs = 5 * 60_000;

const notice = z.looseObject({
  id: z.string().min(1),
  type: z.string().min(1),
  orderId: z.string().optional(),
});

/** The header's value for a body, as the simulated provider signs it. */
export function signSimulatedWebhook(body: Buffer | string, secret: string, atMs: number): string {
  const seconds = Math.floor(atMs / 1000);
  return `t=${seconds},v1=${hmac(secret, seconds, body).toString('hex')}`;
}

export function createSimulatedWebhook(secret: string, clock: Clock): PaymentWebhook {
  return {
    verify: (body, headers): PaymentNotice => {
      const match = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(headers[simulatedSignatureHeader] ?? '');
      if (!match) throw new WebhookSignatureError(`The header ${simulatedSignatureHeader} is no signature.`);
      const seconds = Number(match[1]);
      const given = Buffer.from(match[2] as string, 'hex');
      if (!timingSafeEqual(hmac(secret, seconds, body), given)) {
        throw new WebhookSignatureError('The signature does not fit the body.');
      }
      if (Math.abs(clock.now() - seconds * 1000) > webhookToleranceMs) {
        throw new WebhookSignatureError('The signature is more than five minutes old.');
      }
      const parsed = notice.safeParse(parseJson(body));
      if (!parsed.success) throw new WebhookSignatureError('The body is no notice of a payment provider.');
      const { id, type, orderId } = parsed.data;
      return { id, type, orderId };
    },
  };
}

function hmac(secret: string, seconds: number, body: Buffer | string): Buffer {
  return createHmac('sha256', secret).update(`${seconds}.`).update(body).digest();
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
