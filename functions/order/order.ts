import type { OrderStatus } from '../../runtime/contracts/api/order.ts';
import type { OrderLine } from '../../runtime/contracts/events/order.ts';

/** An order as it is kept: the only truth about its state. */
export interface Order {
  readonly orderId: string;
  readonly userId: string;
  readonly status: OrderStatus;
  /** Why it was rejected or cancelled. */
  readonly reason?: string;
  readonly items: readonly OrderLine[];
  readonly total: number;
  readonly currency: string;
  readonly paymentMethod: string;
  readonly timeline: readonly { readonly status: OrderStatus; readonly at: string }[];
  /** When the reconciler last set it going again. */
  readonly redrivenAt?: string;
}

/** What the other services report about an order. */
export type Report =
  | { readonly type: 'reserved' }
  | { readonly type: 'captured' }
  | { readonly type: 'refused'; readonly reason: string };

/** What a report leads to; undefined when the order stays as it is. */
export interface Progress {
  readonly order: Order;
  readonly outcome?: 'confirmed' | 'rejected';
}

/** The states that only a cancel leaves. */
export function isAtRest(status: OrderStatus): boolean {
  return status === 'confirmed' || status === 'rejected' || status === 'cancelled';
}

export function totalOf(items: readonly OrderLine[]): number {
  return items.reduce((sum, line) => sum + line.unitPrice * line.quantity, 0);
}

export function newOrder(fields: Omit<Order, 'status' | 'timeline' | 'total'>, at: string): Order {
  return {
    ...fields,
    total: totalOf(fields.items),
    status: 'pending',
    timeline: [{ status: 'pending', at }],
  };
}

/**
 * The state machine. Reports may come late, twice or out of order: a capture says that the stock was reserved,
 * even if that report is still under way; and an order at rest is moved by none of them.
 */
export function progress(order: Order, report: Report, at: string): Progress | undefined {
  if (isAtRest(order.status)) return undefined;
  if (report.type === 'refused') {
    return { order: { ...enter(order, ['rejected'], at), reason: report.reason }, outcome: 'rejected' };
  }
  if (report.type === 'captured') {
    const before: OrderStatus[] = order.status === 'pending' ? ['reserved'] : [];
    return { order: enter(order, [...before, 'paid', 'confirmed'], at), outcome: 'confirmed' };
  }
  return order.status === 'pending' ? { order: enter(order, ['reserved'], at) } : undefined;
}

/** A cancelled order; undefined when it was rejected or cancelled already. */
export function cancel(order: Order, reason: string, at: string): Order | undefined {
  if (order.status === 'rejected' || order.status === 'cancelled') return undefined;
  return { ...enter(order, ['cancelled'], at), reason };
}

function enter(order: Order, statuses: readonly OrderStatus[], at: string): Order {
  const status = statuses.at(-1) ?? order.status;
  return {
    ...order,
    status,
    timeline: [...order.timeline, ...statuses.map((entry) => ({ status: entry, at }))],
  };
}
