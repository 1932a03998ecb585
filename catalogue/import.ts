import { isDeepStrictEqual } from 'node:util';
import { type Product, type ProductInput, ShopApiError, type ShopClient } from './client.ts';
import { concurrently } from './concurrently.ts';
import type { ImportEntry } from './shopify/products.ts';

export interface ImportReport {
  created: number;
  updated: number;
  unchanged: number;
  readonly skipped: { readonly line: number; readonly what: string; readonly reason: string }[];
  /** What the shop refused. */
  readonly failed: { readonly line: number; readonly sku: string; readonly reason: string }[];
}

const workers = 8;
const batchSize = 200;

/** Brings a shop's catalogue and stock to what the entries say, by SKU. Repeating it changes nothing. */
export async function importProducts(
  shop: ShopClient,
  entries: AsyncIterable<ImportEntry>,
  onProgress: (report: ImportReport) => void = () => {},
): Promise<ImportReport> {
  const report: ImportReport = { created: 0, updated: 0, unchanged: 0, skipped: [], failed: [] };
  let batch: (ImportEntry & { kind: 'product' })[] = [];
  const flush = async () => {
    await concurrently(batch, workers, async ({ line, input, stock }) => {
      try {
        report[await upsert(shop, input, stock)] += 1;
      } catch (error) {
        if (!isRefusal(error)) throw error;
        report.failed.push({ line, sku: input.sku, reason: error.message });
      }
    });
    batch = [];
    onProgress(report);
  };
  for await (const entry of entries) {
    if (entry.kind === 'skipped') report.skipped.push(entry);
    else batch.push(entry);
    if (batch.length >= batchSize) await flush();
  }
  await flush();
  report.failed.sort((a, b) => a.line - b.line);
  return report;
}

/** About this product, and not about the shop or the token. */
const isRefusal = (error: unknown): error is ShopApiError =>
  error instanceof ShopApiError && [400, 404, 409, 413, 422].includes(error.status);

async function upsert(
  shop: ShopClient,
  input: ProductInput,
  stock: number | undefined,
): Promise<'created' | 'updated' | 'unchanged'> {
  const present = await shop.findProduct(input.sku);
  // Somebody may make it at this very moment.
  const created = present ? undefined : await shop.createProduct(input);
  if (created) {
    if (stock !== undefined) await shop.setStock(created.id, stock);
    return 'created';
  }
  const known = present ?? (await shop.findProduct(input.sku));
  if (!known) throw new ShopApiError(409, 'the SKU is taken, and the shop shows no product of it');
  const same = isSame(known, input);
  if (!same) await shop.replaceProduct(known.id, input);
  const sameStock = stock === undefined || (await shop.stockOf(known.id)) === stock;
  if (!sameStock) await shop.setStock(known.id, stock);
  return same && sameStock ? 'unchanged' : 'updated';
}

function isSame(product: Product, input: ProductInput): boolean {
  const { id, version, created_at, updated_at, ...fields } = product;
  return isDeepStrictEqual(fields, { ...input });
}
