import { inventory } from '../../entries/functions/inventory.ts';
import { notification } from '../../entries/functions/notification.ts';
import { order } from '../../entries/functions/order.ts';
import { payment } from '../../entries/functions/payment.ts';
import type { BusFacts } from '../../local/verify/facts.ts';
import { inboxTable } from '../../runtime/adapters/shared/document-inbox.ts';
import type { TableDefinition } from '../../runtime/function-service.ts';
import type { Documents } from '../../runtime/ports/documents.ts';
import type { Database } from '../../runtime/sql/pool.ts';
import { accountStore } from './account-store.ts';
import { documentStore } from './document-store.ts';
import { productStore } from './product-store.ts';
import type { Store } from './store.ts';

/** A shop that things are moved from or to. */
export interface Place {
  /** For people: `the shop on aws in .data-aws`. */
  readonly name: string;
  /** Everything that moves, in the order in which it is written. */
  readonly stores: readonly Store[];
  /** Messages and events on their way: 0 for none. */
  countWaiting(): Promise<number>;
  /** What its bus knows of orders. */
  bus(): Promise<BusFacts>;
  /** Says that what was placed before (ISO 8601) was moved here. */
  markMoved(before: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * The tables of documents that move: all but mail that nobody was sent. Orders come last, so that whoever finds one
 * finds what belongs to it.
 */
export const movedTables: readonly TableDefinition[] = [notification, inventory, payment, order]
  .flatMap(({ table, otherTables }) => [...otherTables, table])
  .filter(({ name }) => name !== inboxTable.name);

/** What moves, in the order in which it is written: an order's customer and products are there before it. */
export function storesOf(
  databases: { readonly user: Database; readonly product: Database },
  open: (table: TableDefinition) => Documents,
): Store[] {
  return [
    accountStore(databases.user),
    productStore(databases.product),
    ...movedTables.map((table) => documentStore(table.name, open(table))),
  ];
}
