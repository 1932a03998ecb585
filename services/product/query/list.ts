import type { Database } from '../../../runtime/sql/pool.ts';
import type { PageStart } from './cursor.ts';
import type { ListQuery } from './list-query.ts';
import { beyond, type Order, orderBy, orders, priceRange, rowsFor } from './order.ts';
import { columns, type ProductRow } from './rows.ts';
import { Statement, where } from './statement.ts';

export interface Page {
  readonly rows: readonly ProductRow[];
  readonly next?: PageStart;
  /** There are more matches than the search looked at. */
  readonly capped?: boolean;
}

/** A product with the key that it is sorted by in this list. */
export type KeyedRow = ProductRow & { sort_key: string | number | Date };

/** How many entries of an index a statement reads at most, however large the catalogue is. */
const indexEntries = 1_000;

/** Every list without search words. Each statement reads a bounded part of one index, and a page of products. */
export async function listPage(database: Database, query: ListQuery): Promise<Page> {
  const order = orders[query.order === 'relevance' ? 'newest' : query.order];
  if (query.sku !== undefined) return bySku(database, query);
  const filteredByPrice = query.minPrice !== undefined || query.maxPrice !== undefined;
  if (filteredByPrice && order.key !== 'price') return filteredPage(database, query, order);

  const statement = new Statement();
  const conditions = [
    inCategory(statement, query),
    ...priceRange(statement, query),
    beyond(statement, order.key, order, query.after),
  ];
  const { rows } = await statement.run<KeyedRow>(
    database,
    `select ${columns('product')}, ${order.key} as sort_key from product
       ${where(conditions)} ${orderBy(order.key, order)} limit ${rowsFor(query.limit)}`,
  );
  return cutPage(rows, query.limit);
}

/** The first rows as a page; one row too many is how we know that the list goes on. */
export function cutPage(rows: readonly KeyedRow[], limit: number, upTo?: number): Page {
  const last = rows[limit - 1];
  if (rows.length <= limit || last === undefined) return { rows };
  return { rows: rows.slice(0, limit), next: { key: plainKey(last.sort_key), id: last.id, upTo } };
}

const plainKey = (key: string | number | Date): string | number =>
  key instanceof Date ? key.toISOString() : key;

const inCategory = (statement: Statement, { category }: ListQuery) =>
  category !== undefined && `category = ${statement.bind(category, 'text')}`;

async function bySku(database: Database, query: ListQuery): Promise<Page> {
  const statement = new Statement();
  const conditions = [
    `sku = ${statement.bind(query.sku, 'text')}`,
    inCategory(statement, query),
    query.words !== undefined &&
      `search @@ websearch_to_tsquery('english', ${statement.bind(query.words, 'text')})`,
    ...priceRange(statement, query),
  ];
  const { rows } = await statement.run<ProductRow>(
    database,
    `select ${columns('product')} from product ${where(conditions)}`,
  );
  return { rows };
}

/**
 * A price range under an order by something else: no index has both. First the list itself is walked, which
 * fills the page when the range is wide. Else the range is narrow, and all in it can be sorted. In between, on
 * very large catalogues, the page is what the walk found, and the cursor goes on where the walk ended: such a
 * page may be short, but nothing is left out.
 */
async function filteredPage(database: Database, query: ListQuery, order: Order): Promise<Page> {
  const full = cutPage(await walk(database, query, order), query.limit);
  if (full.next) return full;

  const statement = new Statement();
  const { rows } = await statement.run<BothWaysRow>(
    database,
    `with in_range as materialized (
       select id, ${order.key} as sort_key from product
         ${where([inCategory(statement, query), ...priceRange(statement, query)])}
         order by price, id limit ${indexEntries + 1}
     ), walked as materialized (${walkText(statement, query, order)}
     ), found as materialized (
       select (select count(*) from in_range) as in_range, (select count(*) from walked) as walked
     ), page as (
       select id, sort_key from in_range
         ${where([`(select in_range from found) <= ${indexEntries}`, beyond(statement, 'sort_key', order, query.after)])}
       union all
       select id, sort_key from walked
         ${where([`(select in_range from found) > ${indexEntries}`, ...priceRange(statement, query)])}
       ${orderBy('sort_key', order)} limit ${rowsFor(query.limit)}
     )
     select found.in_range, found.walked, ended.sort_key as end_key, ended.id as end_id,
            page.sort_key, ${columns('p')}
       from found
       left join lateral (select sort_key, id from walked ${orderBy('sort_key', reversed(order))} limit 1) ended on true
       left join (page join product p using (id)) on true
       order by page.sort_key ${order.direction}, page.id ${order.direction}`,
  );
  const [first] = rows;
  const page = cutPage(first?.id === null ? [] : rows, query.limit);
  if (page.next || !first || first.in_range <= indexEntries || first.walked < indexEntries) return page;
  return { ...page, next: { key: plainKey(first.end_key), id: first.end_id } };
}

type BothWaysRow = KeyedRow & {
  in_range: number;
  walked: number;
  end_key: string | number | Date;
  end_id: string;
};

const reversed = (order: Order): Order => ({
  ...order,
  direction: order.direction === 'asc' ? 'desc' : 'asc',
});

const walkText = (statement: Statement, query: ListQuery, order: Order): string =>
  `select id, price, ${order.key} as sort_key from product
     ${where([inCategory(statement, query), beyond(statement, order.key, order, query.after)])}
     ${orderBy(order.key, order)} limit ${indexEntries}`;

async function walk(database: Database, query: ListQuery, order: Order): Promise<KeyedRow[]> {
  const statement = new Statement();
  const { rows } = await statement.run<KeyedRow>(
    database,
    `select page.sort_key, ${columns('p')} from (
       select id, sort_key from (${walkText(statement, query, order)}) walked
         ${where(priceRange(statement, query))}
         ${orderBy('sort_key', order)} limit ${rowsFor(query.limit)}
     ) page join product p using (id)
     order by page.sort_key ${order.direction}, page.id ${order.direction}`,
  );
  return rows;
}
