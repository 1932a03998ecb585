import type { Database } from '../../../runtime/sql/pool.ts';
import { cutPage, type KeyedRow, type Page } from './list.ts';
import type { ListQuery } from './list-query.ts';
import { beyond, type Order, orderBy, orders, priceRange, rowsFor } from './order.ts';
import { columns } from './rows.ts';
import { Statement, where } from './statement.ts';

/** By rank, the best first; of equals the newest. */
const byRank: Order = { key: 'rank', type: 'float8', direction: 'desc' };

/** A price range is looked at after the words, and leaves out some: so many more matches are looked at then. */
const lookFurther = 5;

/**
 * Sizes of the windows that a search goes back through, as powers of two; see the migration. Within a category,
 * which is a part of the catalogue, the smallest would seldom do.
 */
const windowBits = { everywhere: [11, 14], inCategory: [12, 14] };

/**
 * A search ranks and sorts its newest `searchCandidates` matches, looked for in ever larger windows of the catalogue,
 * so that a frequent word costs no more than a rare one. When there are more matches the page says `capped`.
 */
export async function searchPage(
  database: Database,
  query: ListQuery,
  searchCandidates: number,
): Promise<Page> {
  const prices = query.minPrice !== undefined || query.maxPrice !== undefined;
  const matches = prices ? searchCandidates * lookFurther : searchCandidates;
  const order = query.order === 'relevance' ? byRank : orders[query.order];
  const key = order === byRank ? 'ts_rank(search, (select words from query))::float8' : order.key;
  const statement = new Statement();
  const text = `
    with query as materialized (
      select up_to, words, ${statement.bind(categoryQuery(query.category), 'tsquery')} as category
        from (select websearch_to_tsquery('english', ${statement.bind(query.words, 'text')}) as words,
                     coalesce(${statement.bind(query.after?.upTo ?? null, 'bigint')},
                              (select last_value from product_position_seq)) as up_to) given
        where numnode(words) > 0
    ), found as materialized (
      ${windows(`id, price, ${key} as sort_key`, query.category !== undefined)} limit ${matches + 1}
    ), candidate as materialized (
      select id, sort_key from (select * from found limit ${matches}) found
        ${where(priceRange(statement, query))} limit ${searchCandidates + 1}
    ), page as (
      select id, sort_key from (select * from candidate limit ${searchCandidates}) candidate
        ${where([beyond(statement, 'sort_key', order, query.after)])}
        ${orderBy('sort_key', order)} limit ${rowsFor(query.limit)}
    )
    select case when (select count(*) from candidate) > ${searchCandidates} then true
                else (select count(*) from found) > ${matches} end as capped,
           query.up_to, page.sort_key, ${columns('p')}
      from query left join (page join product p using (id)) on true
      order by page.sort_key ${order.direction}, page.id ${order.direction}`;
  const { rows } = await statement.run<KeyedRow & { capped: boolean; up_to: number }>(database, text);
  const [first] = rows;
  if (!first) return { rows: [] };
  const capped = first.capped && { capped: true };
  return { ...cutPage(first.id === null ? [] : rows, query.limit, first.up_to), ...capped };
}

/**
 * The matches window by window, the newest first; a window is looked into when those before did not do. Each
 * condition has an `@@` of its own: so the index leaps from one's next product to the other's, where it would go
 * through every product of a window to judge one long condition.
 */
function windows(selected: string, inCategory: boolean): string {
  const wanted = [
    inCategory && 'search @@ (select category from query)',
    'search @@ (select words from query)',
  ]
    .filter(Boolean)
    .join(' and ');
  const upTo = '(select up_to from query)';
  const parts: string[] = [];
  let newer = `position <= ${upTo}`;
  let reached = '';
  for (const bits of inCategory ? windowBits.inCategory : windowBits.everywhere) {
    const from = `((${upTo} >> ${bits}) - 1 << ${bits})`;
    parts.push(`(select ${selected} from product
        where ${wanted} and search @@ (select newest_windows(up_to, ${bits}) from query) and ${newer} ${reached})`);
    newer = `position < ${from}`;
    reached = `and ${from} > 0`;
  }
  parts.push(`(select ${selected} from product
        where ${wanted} and ${newer} ${reached})`);
  return parts.join('\n      union all\n      ');
}

/** The category's lexeme as a query; without a category, the query that adds nothing. */
function categoryQuery(category: string | undefined): string {
  if (category === undefined) return '';
  return `'=${category.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}
