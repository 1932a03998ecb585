import { z } from 'zod';
import type { RouteSpec } from '../../http/route.ts';

export const paymentWebhook = {
  operationId: 'paymentWebhook',
  method: 'POST',
  path: '/api/payments/webhook',
  service: 'payment',
  access: 'public',
  summary: 'The payment provider reports; its signature is checked, and a repeat is harmless',
  rawBody: true,
  responses: { 200: z.strictObject({ received: z.literal(true) }) },
} as const satisfies RouteSpec;

export const paymentRoutes = [paymentWebhook] as const;
