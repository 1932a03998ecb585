import type { ShopEvent } from '../../runtime/contracts/events/envelope.ts';
import type { StockLine } from '../../runtime/contracts/events/inventory.ts';
import type { DocumentReader, Unit } from '../../runtime/ports/documents.ts';
import type { Consumer } from '../../runtime/ports/event-bus.ts';
import { reserveLine } from './reserve.ts';
import { settleLine } from './settle.ts';

/** Reserves for orders placed, and settles what they hold when they end. */
export function createSagaConsumer(lowStock: number): Consumer {
  return {
    name: 'inventory-saga',
    types: [
      'order.placed',
      'order.confirmed',
      'order.rejected',
      'order.cancelled',
      'inventory.reserving',
      'inventory.settling',
    ],
    handle: async (event, { documents }) => {
      const unit = await unitFor(event, documents, lowStock);
      return unit && { ...unit, handled: { consumer: 'inventory-saga', eventId: event.id } };
    },
  };
}

async function unitFor(
  event: ShopEvent,
  documents: DocumentReader,
  lowStock: number,
): Promise<Unit | undefined> {
  switch (event.type) {
    case 'order.placed': {
      const { items, ...order } = event.data;
      return reserveLine({ order, remaining: linesOf(items) }, documents, lowStock);
    }
    case 'inventory.reserving': {
      const { remaining, ...order } = event.data;
      return reserveLine({ order, remaining: linesOf(remaining) }, documents, lowStock);
    }
    case 'order.confirmed':
    case 'order.rejected':
    case 'order.cancelled': {
      const { orderId, items } = event.data;
      const to = event.type === 'order.confirmed' ? 'sold' : 'released';
      return settleLine({ orderId, to, remaining: linesOf(items) }, documents);
    }
    case 'inventory.settling': {
      const { orderId, to, remaining } = event.data;
      return settleLine({ orderId, to, remaining: linesOf(remaining) }, documents);
    }
    default:
      return undefined;
  }
}

/** Product and quantity of each line; the events' schemas promise that there is one. */
function linesOf(items: readonly StockLine[]): [StockLine, ...StockLine[]] {
  return items.map(({ productId, quantity }) => ({ productId, quantity })) as [StockLine, ...StockLine[]];
}
