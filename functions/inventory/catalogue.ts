import type { Write } from '../../runtime/ports/documents.ts';
import type { Consumer } from '../../runtime/ports/event-bus.ts';
import { factsKey, type ProductFacts, type Stock, stockKey } from './table.ts';

const empty: Stock = { available: 0, reserved: 0, sold: 0, stocked: 0 };

/** Gives every product a stock, and remembers which are no longer sold. */
export const catalogueConsumer: Consumer = {
  name: 'inventory-catalogue',
  types: ['product.created', 'product.updated', 'product.deleted'],
  handle: async (event, { documents }) => {
    const key = factsKey(event.subject);
    const [known, stock] = await Promise.all([
      documents.get<ProductFacts>(key),
      documents.get<Stock>(stockKey(event.subject)),
    ]);
    if (known && known.body.version >= event.aggregateversion) return undefined;
    const told =
      event.type === 'product.created' || event.type === 'product.updated' ? event.data.sku : undefined;
    const body: ProductFacts = {
      version: event.aggregateversion,
      deleted: event.type === 'product.deleted',
      sku: told ?? known?.body.sku ?? '',
    };
    const writes: Write[] = [
      known
        ? { kind: 'replace', id: key.id, version: known.version, body }
        : { kind: 'create', id: key.id, body },
    ];
    if (!stock) writes.push({ kind: 'create', id: 'stock', body: empty });
    return {
      partition: key.partition,
      writes,
      handled: { consumer: 'inventory-catalogue', eventId: event.id },
    };
  },
};
