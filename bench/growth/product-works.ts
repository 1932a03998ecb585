import pg from 'pg';
import { listProducts } from '../../runtime/contracts/api/product.ts';
import { encodeCursor } from '../../services/product/query/cursor.ts';
import { readListQuery } from '../../services/product/query/list-query.ts';
import type { Caller } from './http.ts';
import type { Side, Work } from './pairs.ts';
import { prices, words } from './products.ts';

export interface CatalogueSide {
  readonly caller: Caller;
  readonly databaseUrl: string;
}

/** Those that have more than a page of products with the frequent word, also in the small catalogue. */
const categories = ['Kitchen', 'Coffee & Tea', 'Desk & Paper', 'Toys & Games'];

/** So many different requests of each kind. */
const variants = 40;

const priceRange = (share: number, variant: number) => {
  const width = Math.round((prices.to - prices.from) * share);
  const minPrice = prices.from + Math.round(((prices.to - prices.from - width) * variant) / variants);
  return { minPrice, maxPrice: minPrice + width };
};

type Query = Readonly<{ [name: string]: string | number }>;

/** Kinds of lists: the same queries on both sides. A full page is the answer to each, on both. */
const lists: Readonly<Record<string, (variant: number) => Query>> = {
  'newest first': (n) => ({ limit: 15 + (n % 6) }),
  'cheapest first': (n) => ({ sort: 'price', limit: 15 + (n % 6) }),
  'dearest first': (n) => ({ sort: '-price', limit: 15 + (n % 6) }),
  'by name': (n) => ({ sort: 'name', limit: 15 + (n % 6) }),
  'a category': (n) => ({ category: of(categories, n), limit: 15 + (n % 6) }),
  'a category, by price': (n) => ({ category: of(categories, n), sort: 'price' }),
  'a category, half of the prices': (n) => ({ category: of(categories, n), ...priceRange(0.5, n) }),
  'half of the prices, by name': (n) => ({ sort: 'name', ...priceRange(0.5, n) }),
  'three percent of the prices': (n) => priceRange(0.03, n),
  'three percent, cheapest first': (n) => ({ sort: 'price', ...priceRange(0.03, n) }),
  'search: word of 30 %': (n) => ({ q: words.frequent, limit: 15 + (n % 6) }),
  'search: word of 10 %': (n) => ({ q: words.common, limit: 15 + (n % 6) }),
  'search: word of 3 %': (n) => ({ q: words.medium, limit: 15 + (n % 6) }),
  'search: word of 25 products': (n) => ({ q: words.rare, limit: 15 + (n % 6) }),
  'search: 30 %, by price': (n) => ({ q: words.frequent, sort: 'price', limit: 15 + (n % 6) }),
  'search: 30 %, in a category': (n) => ({ q: words.frequent, category: of(categories, n) }),
  'search: 30 %, half of the prices': (n) => ({ q: words.frequent, ...priceRange(0.5, n) }),
};

/** Lists that are read from their middle, by the cursor that the page before gave. */
const deepLists: Readonly<Record<string, { query: Query; key: string; direction: string }>> = {
  'newest first, from the middle': { query: {}, key: 'created_at', direction: 'desc' },
  'cheapest first, from the middle': { query: { sort: 'price' }, key: 'price', direction: 'asc' },
  'a category, from its middle': {
    query: { category: 'Kitchen' },
    key: 'created_at',
    direction: 'desc',
  },
};

/** Every kind of read of the catalogue. */
export async function productWorks(sides: Readonly<Record<Side, CatalogueSide>>): Promise<Work[]> {
  const paths = { small: await pathsOf(sides.small), large: await pathsOf(sides.large) };
  return Object.keys(paths.small).map(
    (kind): Work =>
      async (side, record, turn) => {
        const path = of(paths[side][kind] ?? [], turn);
        const { milliseconds, body } = await sides[side].caller.call(path);
        if (body.startsWith('{"items":[]')) throw new Error(`${path} found nothing`);
        record(kind, milliseconds);
      },
  );
}

async function pathsOf({ databaseUrl }: CatalogueSide): Promise<Record<string, string[]>> {
  const database = new pg.Client({ connectionString: databaseUrl });
  await database.connect();
  try {
    const some = Array.from({ length: variants }, (_, n) => n);
    const paths: Record<string, string[]> = {};
    for (const [kind, query] of Object.entries(lists)) paths[kind] = some.map((n) => pathOf(query(n)));
    for (const [kind, deep] of Object.entries(deepLists)) paths[kind] = await deepPaths(database, deep);
    const { rows } = await database.query<{ id: string; sku: string }>(
      'select id, sku from product order by md5(id) limit $1',
      [variants],
    );
    paths['one product'] = rows.map(({ id }) => `/api/products/${id}`);
    paths['one product by its SKU'] = rows.map(({ sku }) => pathOf({ sku }));
    return paths;
  } finally {
    await database.end();
  }
}

const pathOf = (query: Query) =>
  `/api/products?${new URLSearchParams(Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]))}`;

/** Cursors around the middle, made as the service makes them: nobody walks there through 25,000 pages. */
async function deepPaths(
  database: pg.Client,
  { query, key, direction }: { query: Query; key: string; direction: string },
): Promise<string[]> {
  const { list } = readListQuery(listProducts.query.parse(query));
  const { rows } = await database.query<{ id: string; key: string | Date }>(
    `select id, ${key} as key from product where $1::text is null or category = $1
     order by ${key} ${direction}, id ${direction}
     offset (select count(*) / 2 - ${variants / 2} from product where $1::text is null or category = $1)
     limit ${variants}`,
    [query.category ?? null],
  );
  return rows.map(({ id, key }) => {
    const start = { id, key: key instanceof Date ? key.toISOString() : Number(key) };
    return pathOf({ ...query, cursor: encodeCursor(list, start) });
  });
}

function of<Item>(items: readonly Item[], n: number): Item {
  const item = items[n % items.length];
  if (item === undefined) throw new Error('there is none');
  return item;
}
