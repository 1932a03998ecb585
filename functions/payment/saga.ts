import type { EventData } from '../../runtime/contracts/events/envelope.ts';
import { RetryLaterError } from '../../runtime/errors.ts';
import { type Clock, isoTime } from '../../runtime/ports/clock.ts';
import type { Unit } from '../../runtime/ports/documents.ts';
import type { Consumer } from '../../runtime/ports/event-bus.ts';
import type { Charge, PaymentProvider } from '../../runtime/ports/payment.ts';
import { faultPoint } from '../../runtime/telemetry/faults.ts';
import { DeadlineError, type WithDeadline } from './deadline.ts';
import {
  afterCharge,
  afterClosing,
  answerOf,
  freeOfCharge,
  isClosed,
  type Payment,
  paymentKey,
  paymentUnit,
  refundBetween,
} from './payment.ts';

export interface SagaDependencies {
  readonly provider: PaymentProvider;
  readonly clock: Clock;
  readonly withDeadline: WithDeadline;
}

const name = 'payment-saga';

/** After a deadline: long enough for the late answer to have its effect, short enough for a waiting customer. */
const askAgainMs = 500;

/**
 * Charges an order when its stock is reserved, and gives the money back when it is cancelled, in whichever order
 * the two arrive.
 *
 * The provider is asked before anything is saved, so a kill in between leaves a charge without a document. It is
 * found because the message comes again, and every call to the provider answers with the charge as it stands.
 * A charge and a cancellation at the same moment meet twice: at the provider, where closing an order is final,
 * and at the commit, where one of them finds a newer document and is decided again.
 */
export function createPaymentSaga({ provider, clock, withDeadline }: SagaDependencies): Consumer {
  const charge = async (order: EventData<'inventory.reserved'>, attempt: number): Promise<Charge> => {
    const { orderId, total: amount, currency, paymentMethod } = order;
    const known = attempt > 1 ? await withDeadline('find', () => provider.find(orderId)) : undefined;
    const held =
      known ??
      (await withDeadline('authorize', () =>
        provider.authorize({ orderId, amount, currency, paymentMethod }),
      ));
    if (held.state !== 'authorized') return held;
    return withDeadline('capture', () => provider.capture({ orderId, chargeId: held.id, amount, currency }));
  };

  const close = (order: { readonly orderId: string; readonly total: number }) =>
    order.total === 0 ? undefined : withDeadline('refund', () => provider.refund(order.orderId));

  return {
    name,
    types: ['inventory.reserved', 'order.cancelled'],
    retry: { attempts: 8, baseMs: 200, maxMs: 10_000 },
    handle: async (event, { documents, attempt }): Promise<Unit | undefined> => {
      if (event.type !== 'inventory.reserved' && event.type !== 'order.cancelled') return undefined;
      const { orderId } = event.data;
      const handled = { consumer: name, eventId: event.id };
      const before = await documents.get<Payment>(paymentKey(orderId));
      const cancelled = event.type === 'order.cancelled' || (before && isClosed(before.body));
      try {
        if (cancelled) {
          const closed = await close(event.data);
          faultPoint('payment.after-provider');
          const after = afterClosing(event.data, before?.body, closed, isoTime(clock));
          if (before && sameMoney(before.body, after)) return { partition: orderId, writes: [], handled };
          return paymentUnit(
            before,
            after,
            (version) => refundBetween(before?.body, after, version),
            handled,
          );
        }
        if (before) {
          return { partition: orderId, writes: [], events: answerOf(before.body, before.version), handled };
        }
        const after = await pay(event.data, attempt);
        return paymentUnit(undefined, after, (version) => answerOf(after, version), handled);
      } catch (error) {
        if (error instanceof DeadlineError)
          throw new RetryLaterError(error.message, askAgainMs, { cause: error });
        throw error;
      }
    },
  };

  async function pay(order: EventData<'inventory.reserved'>, attempt: number): Promise<Payment> {
    if (order.total === 0) return freeOfCharge(order, isoTime(clock));
    const charged = await charge(order, attempt);
    faultPoint('payment.after-provider');
    return afterCharge(order, charged, isoTime(clock));
  }
}

const sameMoney = (one: Payment, other: Payment) =>
  one.status === other.status && one.captured === other.captured && one.refunded === other.refunded;
