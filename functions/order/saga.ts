import type { ShopEvent } from '../../runtime/contracts/events/envelope.ts';
import { RetryLaterError } from '../../runtime/errors.ts';
import { type Clock, isoTime } from '../../runtime/ports/clock.ts';
import type { Consumer } from '../../runtime/ports/event-bus.ts';
import { orderConfirmed, orderRejected } from './events.ts';
import { progress, type Report } from './order.ts';
import { type OrderDocument, orderKey } from './table.ts';

/** Moves an order on by what inventory and payment report. */
export function createSagaConsumer(clock: Clock): Consumer {
  return {
    name: 'order-saga',
    types: ['inventory.reserved', 'inventory.rejected', 'payment.captured', 'payment.failed'],
    handle: async (event, { documents }) => {
      const report = reportOf(event);
      if (!report) return undefined;
      const key = orderKey(event.subject);
      const found = await documents.get<OrderDocument>(key);
      if (!found) throw new RetryLaterError(`order ${event.subject} is not there yet`, 200);
      const next = progress(found.body, report, isoTime(clock));
      if (!next) return undefined;
      const version = found.version + 1;
      const events: ShopEvent[] = [];
      if (next.outcome === 'confirmed') events.push(orderConfirmed(next.order, version));
      if (next.outcome === 'rejected') events.push(orderRejected(next.order, version));
      return {
        partition: key.partition,
        writes: [{ kind: 'replace', id: key.id, version: found.version, body: next.order }],
        events,
        handled: { consumer: 'order-saga', eventId: event.id },
      };
    },
  };
}

function reportOf(event: ShopEvent): Report | undefined {
  switch (event.type) {
    case 'inventory.reserved':
      return { type: 'reserved' };
    case 'payment.captured':
      return { type: 'captured' };
    case 'inventory.rejected':
    case 'payment.failed':
      return { type: 'refused', reason: event.data.reason };
    default:
      return undefined;
  }
}
