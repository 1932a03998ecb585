import { sampleCatalogue } from '../../catalogue/sample.ts';
import { migrateProductDatabase } from '../../services/product/database.ts';
import { bulkFill } from './bulk-fill.ts';

/** Words that the sample catalogue does not have, and how many of a hundred products have each. */
export const words = { frequent: 'waterproof', common: 'foldable', medium: 'magnetic', rare: 'heirloom' };
const percent = { frequent: 30, common: 10, medium: 3 };
/** So many products have the rare one, however large the catalogue is: more than a page of them. */
const rareProducts = 25;

/** Prices spread evenly over these, in minor units. */
export const prices = { from: 500, to: 20_500 };

const hash = (seed: number) => `(hashint8extended(n, ${seed}) & 1073741823)`;
const sometimes = (word: string, share: number, seed: number) =>
  `case when ${hash(seed)} % 100 < ${share} then ' ${word}' else '' end`;

/** The sample catalogue in as many editions as it takes, with words and prices of known frequencies. */
export async function fillProducts(url: string, count: number): Promise<void> {
  const text = JSON.stringify(sampleCatalogue);
  for (const word of Object.values(words)) {
    if (text.includes(word)) throw new Error(`the sample catalogue has the word ${word} now: take another`);
  }
  await migrateProductDatabase(url);
  await bulkFill(url, {
    label: `${count.toLocaleString('en')} products`,
    tables: ['product'],
    rows: count,
    finish: `select setval('product_position_seq', ${count})`,
    statements: [
      {
        text: `
          insert into product (id, position, sku, name, description, category, price, currency, tags, version,
                               created_at, updated_at)
          overriding system value
          select 'PRD-01J' || lpad(n::text, 7, '0') || upper(left(md5(n::text), 16)), n, 'GROWTH-' || n,
                 names[sample] || ${sometimes(words.frequent, percent.frequent, 1)} || ', edition ' || n / size,
                 descriptions[sample] || ${sometimes(words.common, percent.common, 2)}
                   || ${sometimes(words.medium, percent.medium, 3)}
                   || case when n % greatest(1, $7 / ${rareProducts}) = 1 then ' ${words.rare}' else '' end,
                 categories[sample], ${prices.from} + ${hash(4)} % ${prices.to - prices.from}, 'EUR',
                 string_to_array(tags[sample], ' '), 1, made, made
          from generate_series($1::bigint, $2::bigint) n
          cross join (select $3::text[] as names, $4::text[] as descriptions, $5::text[] as categories,
                             $6::text[] as tags, array_length($3::text[], 1) as size) given
          cross join lateral (select 1 + n % size as sample,
                                     timestamptz '2024-01-01' + n * (interval '700 days' / $7::bigint) as made) computed`,
        values: [
          sampleCatalogue.map(({ name }) => name),
          sampleCatalogue.map(({ description }) => description),
          sampleCatalogue.map(({ category }) => category),
          sampleCatalogue.map(({ tags }) => tags.join(' ')),
          count,
        ],
      },
    ],
  });
}
