import type { TableDefinition } from '../../runtime/function-service.ts';
import type { DocumentKey } from '../../runtime/ports/documents.ts';
import { isAtRest, type Order } from './order.ts';

/** What the order function knows of a product, from the product service's events. */
export interface CatalogueEntry {
  readonly kind: 'product';
  /** The product's version that this was told by. */
  readonly version: number;
  readonly deleted: boolean;
  readonly sku: string;
  readonly name: string;
  readonly price: number;
  readonly currency: string;
}

/** Which order an Idempotency-Key stands for, made before the order. */
export interface RequestRecord {
  readonly kind: 'request';
  readonly orderId: string;
  /** SHA-256 of the request's body. */
  readonly bodyHash: string;
}

export interface OrderDocument extends Order {
  readonly kind: 'order';
}

export const orderKey = (orderId: string): DocumentKey => ({ partition: orderId, id: 'order' });
export const productKey = (productId: string): DocumentKey => ({ partition: productId, id: 'product' });
export const requestKey = (userId: string, key: string): DocumentKey => ({
  partition: `request/${userId}/${key}`,
  id: 'request',
});

type Body = CatalogueEntry | RequestRecord | OrderDocument;

export const orderTable = {
  name: 'order',
  indexes: {
    /** A user's orders by time: order ids sort by it. */
    byUser: (body: Body) => (body.kind === 'order' ? { hash: body.userId, sort: body.orderId } : undefined),
    /** Orders that are not at rest, by the time they were placed. */
    open: (body: Body) =>
      body.kind === 'order' && !isAtRest(body.status)
        ? { hash: 'open', sort: body.timeline[0]?.at ?? '' }
        : undefined,
  },
} as const satisfies TableDefinition;
