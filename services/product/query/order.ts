import type { PageStart } from './cursor.ts';
import type { OrderName } from './list-query.ts';
import type { Statement } from './statement.ts';

/** An order of the catalogue: by a key, products of one key by id in the same direction. */
export interface Order {
  readonly key: string;
  readonly type: string;
  readonly direction: 'asc' | 'desc';
}

export const orders: Readonly<Record<Exclude<OrderName, 'relevance'>, Order>> = {
  newest: { key: 'created_at', type: 'timestamptz', direction: 'desc' },
  price: { key: 'price', type: 'bigint', direction: 'asc' },
  '-price': { key: 'price', type: 'bigint', direction: 'desc' },
  name: { key: 'sort_name', type: 'text', direction: 'asc' },
};

export const orderBy = (key: string, { direction }: Order): string =>
  `order by ${key} ${direction}, id ${direction}`;

/** Whatever comes after where the last page ended. */
export function beyond(
  statement: Statement,
  key: string,
  order: Order,
  after: PageStart | undefined,
): string | undefined {
  if (after === undefined) return undefined;
  const sign = order.direction === 'asc' ? '>' : '<';
  return `(${key}, id) ${sign} (${statement.bind(after.key, order.type)}, ${statement.bind(after.id, 'text')})`;
}

export function priceRange(
  statement: Statement,
  { minPrice, maxPrice }: { readonly minPrice?: number; readonly maxPrice?: number },
): string[] {
  const conditions: string[] = [];
  if (minPrice !== undefined) conditions.push(`price >= ${statement.bind(minPrice, 'bigint')}`);
  if (maxPrice !== undefined) conditions.push(`price <= ${statement.bind(maxPrice, 'bigint')}`);
  return conditions;
}

/**
 * How many rows a statement reads for a page: one more than wanted, to know whether there is another page.
 * In steps, because the number stands in the text, where the planner needs to see it.
 */
export function rowsFor(limit: number): number {
  return ([20, 50, 100].find((step) => limit <= step) ?? limit) + 1;
}
