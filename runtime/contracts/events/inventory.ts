import { z } from 'zod';
import { currency, minorUnits, orderId, productId, quantity, userId } from '../schemas.ts';

export const stockLine = z.strictObject({ productId, quantity });
export type StockLine = z.infer<typeof stockLine>;

/** What payment must know, carried along so that it need not ask. */
const payable = z.strictObject({ orderId, userId, total: minorUnits, currency, paymentMethod: z.string() });

export const inventoryEvents = {
  'inventory.reserved': payable,
  'inventory.rejected': z.strictObject({ orderId, productId, reason: z.string() }),
  'inventory.released': z.strictObject({ orderId }),
  'inventory.low': z.strictObject({ productId, sku: z.string(), available: z.int().min(0) }),
  /** Between two products of one order: inventory to itself, for each product is a partition of its own. */
  'inventory.reserving': payable.extend({
    remaining: z.array(stockLine).min(1),
  }),
  /** Likewise, on the way to sold or released. */
  'inventory.settling': z.strictObject({
    orderId,
    to: z.enum(['sold', 'released']),
    remaining: z.array(stockLine).min(1),
  }),
};
