import assert from 'node:assert/strict';
import { type CatalogueEntry, orderTable, productKey } from '../../../functions/order/table.ts';
import { connectShopDatabase, openTables } from '../../../runtime/adapters/local/shop-database.ts';
import { type LoadResult, type Repriced, unfulfilled } from './load.ts';
import { type LocalShop, waitFor } from './shop.ts';

/** After a load: nothing seen that must not be, nothing accepted lost, and all as it must always be. */
export async function assertSound(shop: LocalShop, result: LoadResult): Promise<void> {
  assert.deepEqual(result.violations, []);
  await assertCatalogueFollowed(shop, result.products);
  const { facts, findings } = await shop.verify();
  assert.deepEqual(
    findings.map(({ problem }) => problem),
    [],
  );
  assert.deepEqual(unfulfilled(result.accepted, facts.orders), []);
}

/** Every change that was answered has reached the order function: no event was lost on its way out. */
async function assertCatalogueFollowed(shop: LocalShop, products: readonly Repriced[]): Promise<void> {
  const database = connectShopDatabase(shop.info.databases.shop, 'reckoning', 1);
  try {
    const documents = openTables(database)(orderTable);
    const known = () =>
      Promise.all(
        products.map(async ({ productId }) => {
          const entry = await documents.get<CatalogueEntry>(productKey(productId));
          return { productId, price: entry?.body.price, version: entry?.body.version };
        }),
      );
    const expected = JSON.stringify(products);
    await waitFor(async () => JSON.stringify(await known()) === expected, 15_000).catch(() => {});
    assert.deepEqual(await known(), products);
  } finally {
    await database.close();
  }
}
