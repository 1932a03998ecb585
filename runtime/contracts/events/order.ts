import { z } from 'zod';
import { currency, minorUnits, orderId, productId, quantity, userId } from '../schemas.ts';

export const orderLine = z.strictObject({
  productId,
  sku: z.string(),
  name: z.string(),
  quantity,
  unitPrice: minorUnits,
});
export type OrderLine = z.infer<typeof orderLine>;

const order = z.strictObject({
  orderId,
  userId,
  items: z.array(orderLine).min(1),
  total: minorUnits,
  currency,
});
const ended = order.extend({ reason: z.string() });

export const orderEvents = {
  'order.placed': order.extend({ paymentMethod: z.string() }),
  'order.confirmed': order,
  'order.rejected': ended,
  'order.cancelled': ended,
};
