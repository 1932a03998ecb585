import type { Database } from '../../../runtime/sql/pool.ts';
import { cutPage, type KeyedRow, type Page } from './list.ts';
import type { ListQuery } from './list-query.ts';
import { beyond, type Order, orderBy, orders, priceRange, rowsFor } from './order.ts';
import { columns } from './rows.ts';
import { Statement } from './statement.ts';

/** By rank, the best first; of equals the newest. */
const byRank: Order = { key: 'rank', type: 'float8', direction: 'desc' };

/** A price range is looked at after the words, and leaves out some: so many more candidates are taken then. */
const lookFurther = 5;

/** Sizes of the windows that a search goes back through, as powers of two; see the migration. */
const windowBits = [10, 12, 14];

/**
 * A search ranks and sorts its newest `candidates` matches, looked for in ever larger windows of the catalogue,
 * so that a frequent word costs no more than a rare one. When there are more matches the page says `capped`.
 */
export async function searchPage(
  database: Database,
  query: ListQuery,
  searchCandidates: number,
): Promise<Page> {
  const prices = query.minPrice !== undefined || query.maxPrice !== undefined;
  const candidates = prices ? searchCandidates * lookFurther : searchCandidates;
  const order = query.order === 'relevance' ? byRank : orders[query.order];
  const key = order === byRank ? 'ts_rank(search, (select words from query))::float8' : order.key;
  const statement = new Statement();
  const text = `
    with query as materialized (
      select up_to, words, words && ${statement.bind(categoryQuery(query.category), 'tsquery')} as wanted
        from (select websearch_to_tsquery('english', ${statement.bind(query.words, 'text')}) as words,
                     coalesce(${statement.bind(query.after?.upTo ?? null, 'bigint')},
                              (select last_value from product_position_seq)) as up_to) given
        where numnode(words) > 0
    ), found as materialized (
      ${windows(`id, price, ${key} as sort_key`)} limit ${candidates + 1}
    ), page as (
      select id, sort_key from (select * from found limit ${candidates}) candidate
        where ${['true', ...priceRange(statement, query), beyond(statement, 'sort_key', order, query.after)].filter(Boolean).join(' and ')}
        ${orderBy('sort_key', order)} limit ${rowsFor(query.limit)}
    )
    select (select count(*) from found) as found, query.up_to, page.sort_key, ${columns('p')}
      from query left join (page join product p using (id)) on true
      order by page.sort_key ${order.direction}, page.id ${order.direction}`;
  const { rows } = await statement.run<KeyedRow & { found: number; up_to: number }>(database, text);
  const [first] = rows;
  if (!first) return { rows: [] };
  const capped = first.found > candidates && { capped: true };
  return { ...cutPage(first.id === null ? [] : rows, query.limit, first.up_to), ...capped };
}

/** The matches window by window, the newest first; a window is looked into when those before did not do. */
function windows(selected: string): string {
  const upTo = '(select up_to from query)';
  const parts: string[] = [];
  let newer = `position <= ${upTo}`;
  let reached = '';
  for (const bits of windowBits) {
    const from = `((${upTo} >> ${bits}) - 1 << ${bits})`;
    parts.push(`(select ${selected} from product
        where search @@ (select wanted && newest_windows(up_to, ${bits}) from query) and ${newer} ${reached})`);
    newer = `position < ${from}`;
    reached = `and ${from} > 0`;
  }
  parts.push(`(select ${selected} from product
        where search @@ (select wanted from query) and ${newer} ${reached})`);
  return parts.join('\n      union all\n      ');
}

/** The category's lexeme as a query; without a category, the query that adds nothing. */
function categoryQuery(category: string | undefined): string {
  if (category === undefined) return '';
  return `'=${category.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}
