import { productInput } from '../../runtime/contracts/api/product.ts';
import { fieldErrors } from '../../runtime/http/problem.ts';
import type { ProductInput } from '../client.ts';
import type { CsvRow } from './csv.ts';
import { plainText } from './plain-text.ts';
import { parsePrice } from './price.ts';

/** What one row of a product export amounts to. A row that only brings a further picture amounts to nothing. */
export type ImportEntry =
  | { readonly kind: 'product'; readonly line: number; readonly input: ProductInput; readonly stock?: number }
  /** `what` was left out: the row, or only its stock. */
  | { readonly kind: 'skipped'; readonly line: number; readonly what: string; readonly reason: string };

/** Without these columns a file is no product export. */
export const neededColumns = ['Handle', 'Title', 'Variant SKU', 'Variant Price'];

const longestDescription = 10_000;

/**
 * Turns the rows of a Shopify product export into products, each variant into one: they share the handle as
 * their group. Rows that continue a product follow it, with the same handle and no title.
 */
export async function* readProducts(
  rows: AsyncIterable<CsvRow>,
  currency: string,
): AsyncGenerator<ImportEntry> {
  let parent: CsvRow['fields'] | undefined;
  const linesOfSkus = new Map<string, number>();
  for await (const { line, fields, fault } of rows) {
    const skip = (reason: string, what = 'the row'): ImportEntry => ({ kind: 'skipped', line, what, reason });
    if (fault) {
      yield skip(fault);
      continue;
    }
    const handle = field(fields, 'Handle');
    if (field(fields, 'Title') !== '') parent = fields;
    if (!parent || field(parent, 'Handle') !== handle) {
      parent = undefined;
      yield skip(`it has no Title, and the product "${handle}" does not begin right above it`);
      continue;
    }
    if (isPictureOnly(fields)) continue;
    const hidden = whyHidden(parent);
    const sku = field(fields, 'Variant SKU').replace(/^'/, '');
    const before = linesOfSkus.get(sku);
    if (hidden) yield skip(hidden);
    else if (sku === '') yield skip('it has no Variant SKU, by which it would be known again');
    else if (before !== undefined) yield skip(`its SKU ${sku} is that of line ${before} already`);
    else {
      linesOfSkus.set(sku, line);
      const product = toProduct(parent, fields, sku, currency);
      if ('reason' in product) yield skip(product.reason);
      else {
        const stock = readStock(field(fields, 'Variant Inventory Qty'));
        yield { kind: 'product', line, input: product, ...('pieces' in stock && { stock: stock.pieces }) };
        if ('reason' in stock) yield skip(stock.reason, 'its stock');
      }
    }
  }
}

type Fields = CsvRow['fields'];

const field = (fields: Fields, name: string): string => fields[name]?.trim() ?? '';

const isPictureOnly = (fields: Fields): boolean =>
  field(fields, 'Title') === '' &&
  field(fields, 'Variant SKU') === '' &&
  field(fields, 'Variant Price') === '';

function whyHidden(parent: Fields): string | undefined {
  const status = field(parent, 'Status').toLowerCase();
  if (status !== '' && status !== 'active') return `its product's Status is ${status}`;
  if (field(parent, 'Published').toLowerCase() === 'false') return 'its product is not published';
  return undefined;
}

function toProduct(
  parent: Fields,
  fields: Fields,
  sku: string,
  currency: string,
): ProductInput | { reason: string } {
  const price = parsePrice(field(fields, 'Variant Price'), currency);
  if ('reason' in price) return price;
  const options = [1, 2, 3]
    .map((n) => field(fields, `Option${n} Value`))
    .filter((value) => value !== '' && value !== 'Default Title');
  const title = field(parent, 'Title');
  const image = [field(fields, 'Variant Image'), field(fields, 'Image Src'), field(parent, 'Image Src')].find(
    isWebAddress,
  );
  const description = plainText(field(parent, 'Body (HTML)'));
  const input: ProductInput = {
    sku,
    name: options.length === 0 ? title : `${title} – ${options.join(', ')}`,
    description: description.slice(0, longestDescription),
    category: readCategory(parent),
    price: price.minor,
    currency,
    group: field(parent, 'Handle'),
    tags: readTags(parent),
    ...(image && { image }),
  };
  const checked = productInput.safeParse(input);
  if (checked.success) return checked.data;
  const faults = fieldErrors(checked.error, 'row').map(({ field, message }) => `its ${field} ${message}`);
  return { reason: faults.join(', ') };
}

/** The shop's own type where there is one, else the end of the standard category's path. */
const readCategory = (parent: Fields): string =>
  field(parent, 'Type') || field(parent, 'Product Category').split('>').at(-1)?.trim() || 'Other';

/** Tags, with the vendor among them, so that a search finds a maker by name. */
function readTags(parent: Fields): string[] {
  const tags = [...field(parent, 'Tags').split(','), field(parent, 'Vendor')].map((tag) => tag.trim());
  return [...new Set(tags.filter((tag) => tag !== ''))];
}

const isWebAddress = (text: string): boolean => /^https?:\/\//i.test(text) && URL.canParse(text);

function readStock(text: string): { pieces: number } | { reason: string } | Record<never, never> {
  if (text === '') return {};
  if (/^\d{1,9}$/.test(text)) return { pieces: Number(text) };
  if (/^-\d+$/.test(text))
    return { reason: `Variant Inventory Qty is ${text}: more was sold than there was` };
  return { reason: `Variant Inventory Qty "${text}" is no whole number` };
}
