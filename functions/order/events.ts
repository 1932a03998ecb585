import type { ShopEvent } from '../../runtime/contracts/events/envelope.ts';
import { makeEvent } from '../../runtime/contracts/events/make.ts';
import type { Order } from './order.ts';

const facts = ({ orderId, userId, items, total, currency }: Order) => ({
  orderId,
  userId,
  items: [...items],
  total,
  currency,
});

/** Also said again by the reconciler: whoever hears it twice gives the same answer twice. */
export const orderPlaced = (order: Order, version: number): ShopEvent =>
  makeEvent('order.placed', order.orderId, version, { ...facts(order), paymentMethod: order.paymentMethod });

export const orderConfirmed = (order: Order, version: number): ShopEvent =>
  makeEvent('order.confirmed', order.orderId, version, facts(order));

export const orderRejected = (order: Order, version: number): ShopEvent =>
  makeEvent('order.rejected', order.orderId, version, { ...facts(order), reason: order.reason ?? '' });

export const orderCancelled = (order: Order, version: number): ShopEvent =>
  makeEvent('order.cancelled', order.orderId, version, { ...facts(order), reason: order.reason ?? '' });
