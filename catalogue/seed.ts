import { createShopClient, type Product, type ShopClient } from './client.ts';
import { concurrently } from './concurrently.ts';
import type { SampleProduct } from './sample/product.ts';
import { sampleCatalogue } from './sample.ts';

export interface SeedOptions {
  readonly gatewayUrl: string;
  /** An administrator's. */
  readonly token: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, of: number) => void;
  /** @default the sample catalogue */
  readonly products?: readonly SampleProduct[];
}

const workers = 8;

/**
 * Fills a shop with the sample catalogue, over the API as any administrator would. What is there already is
 * left as it is, so that an interrupted run can be repeated, and a later one takes back no sale.
 */
export async function seedCatalogue(options: SeedOptions): Promise<void> {
  const { gatewayUrl, token, signal, onProgress = () => {}, products = sampleCatalogue } = options;
  const shop = createShopClient({ url: gatewayUrl, token, signal });
  const made: { product: Product; stock: number; isNew: boolean }[] = [];
  // All products first: the inventory hears of the early ones while the late ones are made.
  await concurrently(products, workers, async ({ stock, ...input }) => {
    const created = await shop.createProduct({ ...input, tags: [...input.tags], currency: 'EUR' });
    const product = created ?? (await present(shop, input.sku));
    made.push({ product, stock, isNew: created !== undefined });
    onProgress(made.length, products.length);
  });
  await concurrently(made, workers, async ({ product, stock, isNew }) => {
    if (isNew || !(await shop.stockOf(product.id))) await shop.setStock(product.id, stock);
  });
}

async function present(shop: ShopClient, sku: string): Promise<Product> {
  const product = await shop.findProduct(sku);
  if (product) return product;
  throw new Error(
    `the shop refuses ${sku} as taken, and does not show it: is it being changed at this moment?`,
  );
}
