import { z } from 'zod';
import { currency, minorUnits, orderId } from '../schemas.ts';

const payment = z.strictObject({ orderId, amount: minorUnits, currency });

export const paymentEvents = {
  'payment.captured': payment,
  'payment.failed': z.strictObject({ orderId, reason: z.string() }),
  'payment.refunded': payment,
};
