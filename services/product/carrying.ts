import type { Product } from '../../runtime/contracts/api/product.ts';
import { ConflictError } from '../../runtime/errors.ts';
import type { Database } from '../../runtime/sql/pool.ts';
import { columns, type ProductRow, toProduct } from './query/rows.ts';

/** A product as it is carried to another shop: as the API shows it. */
export type CarriedProduct = Product;

const pageSize = 500;

/** The whole catalogue, the oldest first: written in this order, the newest have the newest places there too. */
export async function* readProducts(database: Database): AsyncGenerator<CarriedProduct[]> {
  let after: { created_at: string; id: string } | undefined = { created_at: '-infinity', id: '' };
  while (after !== undefined) {
    const { rows }: { rows: ProductRow[] } = await database.query<ProductRow & Record<string, never>>(
      `select ${columns('product')} from product where (created_at, id) > ($1, $2)
       order by created_at, id limit ${pageSize}`,
      [after.created_at, after.id],
      'product-carry',
    );
    const products = rows.map(toProduct);
    yield products;
    after = products.length === pageSize ? products.at(-1) : undefined;
  }
}

export async function findProducts(database: Database, ids: readonly string[]): Promise<CarriedProduct[]> {
  const text = `select ${columns('product')} from product where id = any ($1)`;
  const { rows } = await database.query<ProductRow & Record<string, never>>(text, [ids], 'product-carried');
  return rows.map(toProduct);
}

const rowType = `(id text, sku text, name text, description text, category text, price bigint, currency text,
  "group" text, tags text[], image text, version bigint, created_at timestamptz, updated_at timestamptz)`;
const fields = `sku, name, description, category, price, currency, "group", tags, image, version, created_at,
  updated_at`;
const targets = fields.replace('"group"', 'group_id');

/**
 * Writes products without a word to anybody. Answers with the ids of those that it wrote: left out are those that
 * are there, and those whose SKU is another's.
 */
export async function createProducts(
  database: Database,
  products: readonly CarriedProduct[],
): Promise<string[]> {
  const text = `insert into product (id, ${targets})
     select id, ${fields} from rows from (json_to_recordset($1) as ${rowType}) with ordinality order by ordinality
     on conflict do nothing returning id`;
  const { rows } = await database.query<{ id: string }>(text, [JSON.stringify(products)], 'product-create');
  return rows.map(({ id }) => id);
}

/** Puts a newer product in the place of its version `version`. @throws ConflictError when there is another now */
export async function replaceProduct(
  database: Database,
  version: number,
  product: CarriedProduct,
): Promise<void> {
  const text = `update product set (${targets}) = (select ${fields} from json_to_record($3) as r${rowType})
     where id = $1 and version = $2`;
  const values = [product.id, version, JSON.stringify(product)];
  const { rowCount } = await database.query(text, values, 'product-replace');
  if (rowCount !== 1) throw new ConflictError(`the product ${product.id} was changed meanwhile`);
}
