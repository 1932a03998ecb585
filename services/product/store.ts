import type { Product } from '../../runtime/contracts/api/product.ts';
import type { ShopEvent } from '../../runtime/contracts/events/envelope.ts';
import { makeEvent } from '../../runtime/contracts/events/make.ts';
import { conflict } from '../../runtime/http/problem.ts';
import { addToOutbox } from '../../runtime/sql/outbox.ts';
import type { Database, PoolClient } from '../../runtime/sql/pool.ts';
import { faultPoint } from '../../runtime/telemetry/faults.ts';
import { columns, type ProductRow, toProduct } from './query/rows.ts';

export async function readProduct(database: Database, id: string): Promise<Product | undefined> {
  const { rows } = await database.query<ProductRow & Record<string, never>>(
    `select ${columns('product')} from product where id = $1`,
    [id],
    'product-get',
  );
  return rows[0] && toProduct(rows[0]);
}

/** Reads a product so that nobody else changes it before this transaction ends. */
export async function lockProduct(client: PoolClient, id: string): Promise<Product | undefined> {
  const { rows } = await client.query<ProductRow>({
    name: 'product-lock',
    text: `select ${columns('product')} from product where id = $1 for update`,
    values: [id],
  });
  return rows[0] && toProduct(rows[0]);
}

/** @throws ProblemError 409 naming `sku` when another product has it */
export async function insertProduct(client: PoolClient, product: Product): Promise<void> {
  await refuseTakenSku(
    client.query({
      name: 'product-insert',
      text: `insert into product (id, sku, name, description, category, price, currency, group_id, tags, image,
                                  version, created_at, updated_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
      values: valuesOf(product),
    }),
  );
  await say(client, makeEvent('product.created', product.id, product.version, eventData(product)));
}

/** @throws ProblemError 409 naming `sku` when another product has it */
export async function updateProduct(client: PoolClient, product: Product): Promise<void> {
  await refuseTakenSku(
    client.query({
      name: 'product-update',
      text: `update product set sku = $2, name = $3, description = $4, category = $5, price = $6, currency = $7,
                    group_id = $8, tags = $9, image = $10, version = $11, created_at = $12, updated_at = $13
              where id = $1`,
      values: valuesOf(product),
    }),
  );
  await say(client, makeEvent('product.updated', product.id, product.version, eventData(product)));
}

/** False when there is no such product. The event's version is one above the last that the product had. */
export async function deleteProduct(client: PoolClient, id: string): Promise<boolean> {
  const { rows } = await client.query<{ version: number }>({
    name: 'product-delete',
    text: 'delete from product where id = $1 returning version',
    values: [id],
  });
  const [deleted] = rows;
  if (!deleted) return false;
  await say(client, makeEvent('product.deleted', id, deleted.version + 1, { productId: id }));
  return true;
}

async function say(client: PoolClient, event: ShopEvent): Promise<void> {
  await addToOutbox(client, [event]);
  faultPoint('http.before-commit');
}

const eventData = ({ id, sku, name, price, currency }: Product) => ({
  productId: id,
  sku,
  name,
  price,
  currency,
});

const valuesOf = (product: Product) => [
  product.id,
  product.sku,
  product.name,
  product.description,
  product.category,
  product.price,
  product.currency,
  product.group ?? null,
  product.tags,
  product.image ?? null,
  product.version,
  product.created_at,
  product.updated_at,
];

async function refuseTakenSku(writing: Promise<unknown>): Promise<void> {
  try {
    await writing;
  } catch (error) {
    const { code, constraint } = error as { code?: string; constraint?: string };
    if (code !== '23505' || constraint !== 'product_sku_key') throw error;
    const message = 'another product has it';
    throw conflict('There is a product with this sku already.', [{ field: 'sku', message }]);
  }
}
