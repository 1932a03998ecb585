import { sampleCatalogue } from '../../catalogue/sample.ts';
import { connectProductDatabase, migrateProductDatabase } from '../../services/product/database.ts';

/** The sample catalogue in editions, until there are `count` products. */
export async function fillCatalogue(databaseUrl: string, count: number): Promise<void> {
  await migrateProductDatabase(databaseUrl);
  const database = connectProductDatabase(databaseUrl);
  await database.query(
    `insert into product (id, sku, name, description, category, price, currency, tags, version, created_at, updated_at)
     select 'PRD-' || lpad((edition * 1000 + n)::text, 26, '0'), sku || '-' || edition, name || ', edition ' || edition,
            description, category, price + edition * 7, 'EUR', string_to_array(tags, ' '), 1, at, at
       from rows from (unnest($1::text[]), unnest($2::text[]), unnest($3::text[]), unnest($4::text[]),
                       unnest($5::bigint[]), unnest($6::text[])) with ordinality
              as sample (sku, name, description, category, price, tags, n)
            cross join generate_series(1, 1 + $7 / array_length($1, 1)) edition
            cross join lateral (select timestamptz '2026-01-01' + (edition * 100 + n) * interval '1 minute' as at) made
      order by edition, n limit $7`,
    [
      sampleCatalogue.map(({ sku }) => sku),
      sampleCatalogue.map(({ name }) => name),
      sampleCatalogue.map(({ description }) => description),
      sampleCatalogue.map(({ category }) => category),
      sampleCatalogue.map(({ price }) => price),
      sampleCatalogue.map(({ tags }) => tags.join(' ')),
      count,
    ],
  );
  await database.query('vacuum analyze product');
  await database.close();
}

/** Distinct requests that shoppers make: lists, their later pages, searches and single products. */
export async function catalogueRequests(url: string, count: number): Promise<Map<string, Response>> {
  const answers = new Map<string, Response>();
  const pages: string[] = firstPages();
  const products = new Set<string>();
  while (answers.size < count) {
    const path = pages.shift();
    if (path === undefined) throw new Error(`the catalogue has only ${answers.size} distinct requests`);
    if (answers.has(path)) continue;
    const answer = await fetch(url + path);
    answers.set(path, answer.clone());
    if (!path.startsWith('/api/products?')) continue;
    const { items, nextCursor } = (await answer.json()) as {
      items: { id: string }[];
      nextCursor: string | null;
    };
    for (const { id } of items) products.add(`/api/products/${id}`);
    if (nextCursor) pages.push(`${path.replace(/&cursor=.*/, '')}&cursor=${nextCursor}`);
    // One product looked at for every two lists.
    const [product] = products;
    if (product && answers.size % 3 === 0) {
      products.delete(product);
      answers.set(product, await fetch(url + product));
    }
  }
  return answers;
}

function firstPages(): string[] {
  const categories = [...new Set(sampleCatalogue.map(({ category }) => category))];
  const words = [...new Set(sampleCatalogue.flatMap(({ tags }) => tags))];
  const sorts = ['newest', 'price', '-price', 'name'];
  const filters = [
    '',
    ...categories.map((category) => `&category=${encodeURIComponent(category)}`),
    ...words.map((word) => `&q=${word}`),
    ...[1000, 2000, 4000].map((price) => `&maxPrice=${price}`),
    ...categories.map((category) => `&category=${encodeURIComponent(category)}&minPrice=2000`),
  ];
  return sorts.flatMap((sort) => filters.map((filter) => `/api/products?limit=20&sort=${sort}${filter}`));
}
