import { createHash } from 'node:crypto';
import type { z } from 'zod';
import type { listProducts } from '../../../runtime/contracts/api/product.ts';
import { badRequest } from '../../../runtime/http/problem.ts';
import { decodeCursor, type PageStart } from './cursor.ts';

export type OrderName = 'relevance' | 'newest' | 'price' | '-price' | 'name';

/** A list that was asked for, every way of asking for the same one made alike. */
export interface ListQuery {
  readonly words?: string;
  readonly category?: string;
  readonly sku?: string;
  readonly minPrice?: number;
  readonly maxPrice?: number;
  readonly order: OrderName;
  readonly limit: number;
  readonly after?: PageStart;
  /** Names the list without its pages, short enough for a cursor. */
  readonly list: string;
  readonly cacheKey: string;
}

export type AskedList = z.output<(typeof listProducts)['query']>;

/** @throws ProblemError 400 naming the field */
export function readListQuery(asked: AskedList): ListQuery {
  const words = asked.q?.replace(/\s+/g, ' ');
  const { category, sku, minPrice, maxPrice, limit, cursor } = asked;
  // Without words there is no relevance; the newest first is what a shop shows then.
  const order = words === undefined && asked.sort === 'relevance' ? 'newest' : asked.sort;
  const filters = { words, category, sku, minPrice, maxPrice, order: order ?? defaultOrder(words) };
  if (minPrice !== undefined && maxPrice !== undefined && minPrice > maxPrice) {
    throw badRequest('maxPrice', 'must not be below minPrice');
  }
  const name = JSON.stringify(Object.values(filters));
  const list = createHash('sha256').update(name).digest('base64url').slice(0, 12);
  return {
    ...filters,
    limit,
    list,
    after: cursor === undefined ? undefined : readCursor(filters.order, words !== undefined, list, cursor),
    cacheKey: `list:${limit}:${cursor ?? ''}:${name}`,
  };
}

const defaultOrder = (words: string | undefined): OrderName => (words === undefined ? 'newest' : 'relevance');

function readCursor(order: OrderName, isSearch: boolean, list: string, cursor: string): PageStart {
  const start = decodeCursor(list, isSearch, cursor);
  if (isKeyOf[order](start.key)) return start;
  throw badRequest('cursor', 'is not one that this list gave: take it from nextCursor');
}

/** Whether a key can be one of this order: what PostgreSQL would refuse must not reach it. */
const isKeyOf: Record<OrderName, (key: unknown) => boolean> = {
  relevance: Number.isFinite,
  newest: (key) =>
    typeof key === 'string' &&
    /^[1-9]\d{3}-\d\d-\d\dT[\d:.]{12}Z$/.test(key) &&
    !Number.isNaN(Date.parse(key)),
  price: Number.isSafeInteger,
  '-price': Number.isSafeInteger,
  name: (key) => typeof key === 'string' && !key.includes('\0'),
};
