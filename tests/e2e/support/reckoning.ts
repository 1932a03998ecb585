import assert from 'node:assert/strict';
import { type CatalogueEntry, orderTable, productKey } from '../../../functions/order/table.ts';
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

/**
 * Every version of each product was published, not only the last one that hides the others, and the order function
 * knows the one that was answered last.
 */
async function assertCatalogueFollowed(shop: LocalShop, products: readonly Repriced[]): Promise<void> {
  const parts = await shop.parts('reckoning');
  try {
    const documents = parts.open(orderTable);
    const follow = () =>
      Promise.all(
        products.map(async ({ productId, version }) => {
          const entry = await documents.get<CatalogueEntry>(productKey(productId));
          const said = new Set(
            (await parts.eventsOf(productId)).map(({ aggregateversion }) => aggregateversion),
          );
          const missing = Array.from({ length: version }, (_, n) => n + 1).filter((each) => !said.has(each));
          return { productId, price: entry?.body.price, version: entry?.body.version, missing };
        }),
      );
    const expected = products.map((product) => ({ ...product, missing: [] }));
    const isThere = async () => JSON.stringify(await follow()) === JSON.stringify(expected);
    await waitFor(isThere, 15_000).catch(() => {});
    assert.deepEqual(await follow(), expected);
  } finally {
    await parts.close();
  }
}
