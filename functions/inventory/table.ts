import type { TableDefinition } from '../../runtime/function-service.ts';
import type { DocumentKey } from '../../runtime/ports/documents.ts';

/**
 * The pieces of one product: available + reserved + sold = stocked, and none below zero. Apart from the
 * product's facts, so that a hot product's numbers change without a version.
 */
export interface Stock {
  readonly available: number;
  readonly reserved: number;
  readonly sold: number;
  readonly stocked: number;
}

/** What inventory knows of a product, from the product service's events. */
export interface ProductFacts {
  readonly version: number;
  readonly deleted: boolean;
  readonly sku: string;
}

/**
 * What one order has of one product. `rejected` and `released` are final: an order that was refused or given
 * up never gets the pieces later, however late or often it is asked for.
 */
export interface Reservation {
  readonly orderId: string;
  readonly quantity: number;
  readonly state: 'reserved' | 'sold' | 'released' | 'rejected';
  readonly reason?: string;
}

export const stockKey = (productId: string): DocumentKey => ({ partition: productId, id: 'stock' });
export const factsKey = (productId: string): DocumentKey => ({ partition: productId, id: 'product' });
export const lowKey = (productId: string): DocumentKey => ({ partition: productId, id: 'low' });
export const reservationKey = (productId: string, orderId: string): DocumentKey => ({
  partition: productId,
  id: `reservation/${orderId}`,
});

export const inventoryTable = { name: 'inventory', indexes: {} } as const satisfies TableDefinition;
