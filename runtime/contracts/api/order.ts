import { z } from 'zod';
import type { RouteSpec } from '../../http/route.ts';
import {
  currency,
  minorUnits,
  orderId,
  pageCursor,
  pageLimit,
  productId,
  quantity,
  timestamp,
  userId,
} from '../schemas.ts';

export const orderStatus = z.enum(['pending', 'reserved', 'paid', 'confirmed', 'rejected', 'cancelled']);
export type OrderStatus = z.infer<typeof orderStatus>;

const order = z.strictObject({
  orderId,
  userId,
  status: orderStatus,
  /** Why it was rejected or cancelled. */
  reason: z.string().optional(),
  items: z.array(
    z.strictObject({ productId, sku: z.string(), name: z.string(), quantity, unitPrice: minorUnits }),
  ),
  totalAmount: minorUnits,
  currency,
  timeline: z.array(z.strictObject({ status: orderStatus, at: timestamp })),
});
const params = z.strictObject({ id: orderId });

export const placeOrder = {
  operationId: 'placeOrder',
  method: 'POST',
  path: '/api/orders',
  service: 'order',
  access: 'user',
  summary: 'Place an order',
  description:
    'Prices come from the catalogue. `totalAmount` and `userId` may be left out; when given they are only ' +
    'checked (409, 403). With an Idempotency-Key the request may be repeated: the same body gets the same ' +
    'answer, another body 422.',
  headers: z.object({
    'idempotency-key': z
      .string()
      .regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible ASCII characters')
      .optional(),
  }),
  body: z.strictObject({
    items: z.array(z.strictObject({ productId, quantity })).min(1).max(50),
    paymentMethod: z
      .string()
      .regex(/^pm_[A-Za-z0-9_]{1,200}$/, 'must be the name of a payment method, such as pm_card_visa')
      .optional(),
    totalAmount: minorUnits.optional(),
    userId: userId.optional(),
  }),
  responses: { 201: z.strictObject({ orderId, status: z.literal('pending') }) },
} as const satisfies RouteSpec;

export const listOrders = {
  operationId: 'listOrders',
  method: 'GET',
  path: '/api/orders',
  service: 'order',
  access: 'user',
  summary: 'One’s own orders, newest first; an admin may name a user',
  query: z.strictObject({ userId: userId.optional(), limit: pageLimit, cursor: pageCursor.optional() }),
  responses: { 200: z.strictObject({ items: z.array(order), nextCursor: z.string().nullable() }) },
} as const satisfies RouteSpec;

export const getOrder = {
  operationId: 'getOrder',
  method: 'GET',
  path: '/api/orders/{id}',
  service: 'order',
  access: 'user',
  summary: 'An order with its timeline',
  params,
  responses: { 200: order },
} as const satisfies RouteSpec;

export const cancelOrder = {
  operationId: 'cancelOrder',
  method: 'POST',
  path: '/api/orders/{id}/cancel',
  service: 'order',
  access: 'user',
  summary: 'Cancel an order; what was paid is refunded, what was taken is restocked',
  params,
  responses: { 200: order },
} as const satisfies RouteSpec;

export const orderRoutes = [placeOrder, listOrders, getOrder, cancelOrder] as const;
