import type { ShopEvent } from '../../runtime/contracts/events/envelope.ts';
import type { Consumer } from '../../runtime/ports/event-bus.ts';
import { type CatalogueEntry, productKey } from './table.ts';

/** Keeps the order function's own copy of products and prices, newest version wins, deletes leave a tombstone. */
export const catalogueConsumer: Consumer = {
  name: 'order-catalogue',
  types: ['product.created', 'product.updated', 'product.deleted'],
  handle: async (event, { documents }) => {
    const key = productKey(event.subject);
    const known = await documents.get<CatalogueEntry>(key);
    if (known && known.body.version >= event.aggregateversion) return undefined;
    const body = entryOf(event, known?.body);
    if (!body) return undefined;
    return {
      partition: key.partition,
      writes: [
        known
          ? { kind: 'replace', id: key.id, version: known.version, body }
          : { kind: 'create', id: key.id, body },
      ],
      handled: { consumer: 'order-catalogue', eventId: event.id },
    };
  },
};

function entryOf(event: ShopEvent, known: CatalogueEntry | undefined): CatalogueEntry | undefined {
  const version = event.aggregateversion;
  if (event.type === 'product.deleted') {
    const nothing = { sku: '', name: '', price: 0, currency: 'XXX' };
    return { ...nothing, ...known, kind: 'product', version, deleted: true };
  }
  if (event.type !== 'product.created' && event.type !== 'product.updated') return undefined;
  const { sku, name, price, currency } = event.data;
  return { kind: 'product', version, deleted: false, sku, name, price, currency };
}
