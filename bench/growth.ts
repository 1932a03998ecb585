/**
 * What a request costs when the shop has grown: catalogues of 1,000 and of 1,000,000 products, 10,000 and
 * 1,000,000 orders; the same process on both at once, one request at a time, small and large in turn. Nothing is
 * cached by the shop; what PostgreSQL and the system keep in memory after the first turns is.
 */
import pg from 'pg';
import { openParts } from '../local/backends/parts.ts';
import { verifyShop } from '../local/verify/verify.ts';
import { migrateShopDatabase } from '../runtime/adapters/local/shop-database.ts';
import { openCaller } from './growth/http.ts';
import { openIssuer } from './growth/issuer.ts';
import { orderWorks } from './growth/order-works.ts';
import { fillOrders } from './growth/orders.ts';
import { describeGrowth, measurePairs, type Side } from './growth/pairs.ts';
import { productWorks } from './growth/product-works.ts';
import { fillProducts } from './growth/products.ts';
import { startShopProcess } from './support/child.ts';
import { type Closing, withClosing } from './support/closing.ts';
import { type BenchPostgres, startPostgres } from './support/postgres.ts';
import { print, type Report } from './support/report.ts';

export interface GrowthOptions {
  /** @default 1_000 and 1_000_000 */
  readonly products?: Readonly<Record<Side, number>>;
  /** @default 10_000 and 1_000_000 */
  readonly orders?: Readonly<Record<Side, number>>;
  /** Requests of each kind and side. @default 200 */
  readonly turns?: number;
}

const sides = ['small', 'large'] as const;

export async function benchGrowth(options: GrowthOptions = {}): Promise<Report> {
  const {
    products = { small: 1_000, large: 1_000_000 },
    orders = { small: 10_000, large: 1_000_000 },
    turns = 200,
  } = options;
  const lines = await withClosing((closing) => productGrowth(products, turns, closing));
  const more = await withClosing((closing) => orderGrowth(orders, turns, closing));
  return {
    name: 'growth: what a request costs in a small and in a large shop',
    lines: [...lines, '', ...more],
  };
}

const warmUp = 40;

const labels = (counts: Readonly<Record<Side, number>>): [string, string] => [
  counts.small.toLocaleString('en'),
  counts.large.toLocaleString('en'),
];

async function productGrowth(counts: Readonly<Record<Side, number>>, turns: number, closing: Closing) {
  const postgres = await startPostgres(closing);
  const shop = await postgres.database('shop');
  await migrateShopDatabase(shop);
  const issuer = await openIssuer(closing);
  const open = async (side: Side) => {
    const databaseUrl = await postgres.database(`product_${side}`);
    await fillProducts(databaseUrl, counts[side]);
    const { url } = await startShopProcess('product', closing, {
      ...issuer.settings,
      PRODUCT_DATABASE_URL: databaseUrl,
      SHOP_DATABASE_URL: shop,
      CACHE_TTL_MS: '0',
    });
    return { databaseUrl, caller: openCaller(url) };
  };
  const opened = { small: await open('small'), large: await open('large') };
  for (const side of sides) closing.push(opened[side].caller.close);
  await checkpoint(postgres);
  const growth = await measurePairs(await productWorks(opened), { warmUp, turns });
  return [`products; ${turns} requests of each kind`, ...describeGrowth(growth, labels(counts))];
}

async function orderGrowth(counts: Readonly<Record<Side, number>>, turns: number, closing: Closing) {
  const postgres = await startPostgres(closing);
  const issuer = await openIssuer(closing);
  const open = async (side: Side) => {
    const databaseUrl = await postgres.database(`shop_${side}`);
    const settings = {
      ...issuer.settings,
      PUBLIC_URL: 'http://bench.invalid',
      SHOP_DATABASE_URL: databaseUrl,
    };
    // Consumers that come to a shop with events get all of them: so they come before the events do.
    const first = await startShopProcess('functions', closing, settings);
    await first.stop();
    await fillOrders(databaseUrl, counts[side]);
    const { url } = await startShopProcess('functions', closing, settings);
    return { databaseUrl, caller: openCaller(url) };
  };
  const opened = { small: await open('small'), large: await open('large') };
  for (const side of sides) closing.push(opened[side].caller.close);
  await checkpoint(postgres);
  const works = await orderWorks(opened, issuer, warmUp + turns, closing);
  const growth = await measurePairs(works, { warmUp, turns });
  // Of the older orders the bus has forgotten what was said (invariant 4), as it does after 7 days.
  const { findings } = await verifyShop(
    await openParts({ SHOP_DATABASE_URL: opened.small.databaseUrl }, 'verify'),
    10_000,
  );
  const broken = findings.filter(({ invariant }) => invariant !== 4);
  return [
    `orders; ${turns} requests of each kind`,
    ...describeGrowth(growth, labels(counts)),
    `states, stock and money of the small shop: ${broken.length === 0 ? 'as they must be' : `BROKEN, such as: ${broken[0]?.problem}`}`,
  ];
}

/** What the fill left to be written is written before anything is measured. */
async function checkpoint({ superuserUrl }: BenchPostgres): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  await client.query('checkpoint');
  await client.end();
}

if (import.meta.main) print(await benchGrowth());
