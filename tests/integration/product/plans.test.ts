/**
 * What each kind of list and search reads, as PostgreSQL itself reports it: by an index only, and a bounded
 * number of rows, on a catalogue of 60,000. It does not prove times; the growth benchmark measures those.
 */
import assert from 'node:assert/strict';
import { listProducts } from '../../../runtime/contracts/api/product.ts';
import type { Database } from '../../../runtime/sql/pool.ts';
import { connectProductDatabase, migrateProductDatabase } from '../../../services/product/database.ts';
import { listPage } from '../../../services/product/query/list.ts';
import { readListQuery } from '../../../services/product/query/list-query.ts';
import { searchPage } from '../../../services/product/query/search.ts';
import { freshDatabase } from '../../support/postgres.ts';
import { fillInPieces } from './service.ts';

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Index Recheck'?: number;
  readonly Plans?: readonly Plan[];
}

const products = 60_000;
/** Rows of the table or of an index that one statement may look at: two walks of 1,000 and a page, at most. */
const most = 2_200;

describe('product service: the plans of its reads', function () {
  this.timeout(120_000);
  let database: Database;
  before(async () => {
    const url = await freshDatabase();
    await migrateProductDatabase(url);
    database = connectProductDatabase(url);
    await fillInPieces(
      database,
      products,
      `insert into product (id, sku, name, description, category, price, currency, tags, version, created_at, updated_at)
       select 'PRD-' || lpad(i::text, 26, '0'), 'S-' || i, 'Common w' || i % 997 || ' v' || i % 31, 'Common text',
              'C' || i % 20, i * 7919::bigint % 100000, 'EUR', '{common}', 1,
              timestamptz '2026-01-01' + i * interval '1 second', now()
         from generate_series($1::int, $2::int) i`,
    );
    await database.query('vacuum analyze product');
  });
  after(() => database.close());

  const middle = {
    key: { newest: '2026-01-01T08:00:00.000Z', price: 50_000, '-price': 50_000, name: 'common w5' },
  };
  const filters = [
    {},
    { category: 'C7' },
    { minPrice: 100, maxPrice: 90_000 },
    { minPrice: 500, maxPrice: 505 },
    { minPrice: 500, maxPrice: 3_000 },
    { category: 'C7', maxPrice: 20 },
    { category: 'C7', minPrice: 5_000, maxPrice: 20_000 },
  ];
  const words = ['common', 'w5', 'v5', 'w5 v5', 'nothing', '-common', '-w5', 'w5 or common'];
  const sorts = ['newest', 'price', '-price', 'name'] as const;
  const asked = [
    { sku: 'S-5' },
    ...sorts.flatMap((sort) => filters.map((filter) => ({ sort, ...filter }))),
    ...sorts.flatMap((sort) => filters.map((filter) => ({ sort, ...filter, after: true }))),
    ...words.flatMap((q) => filters.map((filter) => ({ q, ...filter }))),
    ...words.map((q) => ({ q, sort: 'price' })),
  ];
  for (const { after, ...given } of asked as { after?: true; sort?: (typeof sorts)[number]; q?: string }[]) {
    it(`${JSON.stringify(given)}${after ? ' from the middle' : ''}`, async () => {
      const query = readListQuery(listProducts.query.parse(given));
      const start = after && given.sort ? { key: middle.key[given.sort], id: 'PRD-5' } : undefined;
      const plans: Plan[] = [];
      // Runs each statement twice: once to answer, once to see what the answer took.
      const watched = {
        query: async (text: string, values: readonly unknown[], name: string) => {
          const { rows } = await database.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
            `explain (analyze, timing off, format json) ${text}`,
            values,
          );
          plans.push(...rows.map((row) => row['QUERY PLAN'][0].Plan));
          return database.query(text, values, name);
        },
      } as unknown as Database;
      if (given.q === undefined) await listPage(watched, { ...query, after: start });
      else await searchPage(watched, query, 100);
      assert.ok(plans.length >= 1 && plans.length <= 2, `${plans.length} statements`);
      for (const plan of plans) {
        const nodes = [...flat(plan)].filter((node) => node['Relation Name'] === 'product');
        for (const node of nodes) assert.notEqual(node['Node Type'], 'Seq Scan', JSON.stringify(node));
        const looked = nodes.reduce((sum, node) => sum + rowsOf(node), 0);
        assert.ok(looked <= most, `looked at ${looked} rows`);
      }
    });
  }
});

function* flat(plan: Plan): Generator<Plan> {
  yield plan;
  for (const part of plan.Plans ?? []) yield* flat(part);
}

const rowsOf = (node: Plan): number =>
  (node['Actual Rows'] +
    (node['Rows Removed by Filter'] ?? 0) +
    (node['Rows Removed by Index Recheck'] ?? 0)) *
  node['Actual Loops'];
