import type { EventData, ShopEvent } from '../../runtime/contracts/events/envelope.ts';
import { makeEvent } from '../../runtime/contracts/events/make.ts';
import type { TableDefinition } from '../../runtime/function-service.ts';
import type { Document, Unit } from '../../runtime/ports/documents.ts';
import type { Charge } from '../../runtime/ports/payment.ts';

export const paymentTable: TableDefinition = { name: 'payment', indexes: {} };

/**
 * What the shop knows of an order's payment. `void` and `refunded` are closed: the order was cancelled, and
 * nothing is ever charged for it again. `void` is made without a charge too, as a tombstone for a cancellation
 * that comes before the order is to be paid.
 */
export interface Payment {
  readonly orderId: string;
  readonly status: 'captured' | 'failed' | 'refunded' | 'void';
  /** Minor units ever captured. */
  readonly captured: number;
  readonly refunded: number;
  readonly currency: string;
  /** Why it failed, in the provider's code. */
  readonly reason?: string;
  /** ISO 8601, UTC: the last change. */
  readonly at: string;
}

const id = 'payment';

export const paymentKey = (orderId: string) => ({ partition: orderId, id });

export const isClosed = ({ status }: Payment) => status === 'void' || status === 'refunded';

/** The payment after the provider was asked to charge the order. */
export function afterCharge(order: EventData<'inventory.reserved'>, charge: Charge, at: string): Payment {
  const { orderId, currency } = order;
  if (charge.state === 'captured') {
    return { orderId, status: 'captured', captured: charge.captured, refunded: 0, currency, at };
  }
  // Closed at the provider by somebody: not paid. What was given back is counted by whoever closed it.
  const reason = charge.reason ?? `payment_${charge.state}`;
  return { orderId, status: 'failed', captured: 0, refunded: 0, currency, reason, at };
}

/** An order that costs nothing is paid without a provider. */
export function freeOfCharge({ orderId, currency }: EventData<'inventory.reserved'>, at: string): Payment {
  return { orderId, status: 'captured', captured: 0, refunded: 0, currency, at };
}

/** The payment after the provider closed the charge; without one where the order cost nothing. */
export function afterClosing(
  { orderId, currency }: { readonly orderId: string; readonly currency: string },
  before: Payment | undefined,
  charge: Charge | undefined,
  at: string,
): Payment {
  const { captured, refunded } = charge ?? { captured: 0, refunded: 0 };
  const wasPaid = captured > 0 || before?.status === 'captured' || before?.status === 'refunded';
  return {
    orderId,
    status: wasPaid ? 'refunded' : 'void',
    captured,
    refunded,
    currency,
    ...(before?.reason !== undefined && { reason: before.reason }),
    at,
  };
}

/** The answer to the order saga: the same however often it is asked. */
export function answerOf(payment: Payment, version: number): ShopEvent[] {
  const { orderId, status, captured: amount, currency, reason } = payment;
  if (status === 'captured') {
    return [makeEvent('payment.captured', orderId, version, { orderId, amount, currency })];
  }
  if (status === 'failed') {
    return [makeEvent('payment.failed', orderId, version, { orderId, reason: reason ?? 'unknown' })];
  }
  return [];
}

/** Says what was given back between two states of a payment; nothing if that was nothing. */
export function refundBetween(before: Payment | undefined, after: Payment, version: number): ShopEvent[] {
  const { orderId, currency } = after;
  const amount = after.refunded - (before?.refunded ?? 0);
  const freeOneReturned = before?.status === 'captured' && before.captured === 0 && isClosed(after);
  if (amount === 0 && !freeOneReturned) return [];
  return [makeEvent('payment.refunded', orderId, version, { orderId, amount, currency })];
}

/** Writes `after` over what was read, with the events that the new version causes. */
export function paymentUnit(
  before: Document<Payment> | undefined,
  after: Payment,
  eventsAt: (version: number) => ShopEvent[],
  handled?: Unit['handled'],
): Unit {
  const version = (before?.version ?? 0) + 1;
  return {
    partition: after.orderId,
    writes: [
      before
        ? { kind: 'replace', id, version: before.version, body: after }
        : { kind: 'create', id, body: after },
    ],
    events: eventsAt(version),
    handled,
  };
}
