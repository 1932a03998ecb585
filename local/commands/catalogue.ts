import { createReadStream } from 'node:fs';
import { Command } from 'commander';
import { createShopClient, logIn, ShopApiError } from '../../catalogue/client.ts';
import { importProducts } from '../../catalogue/import.ts';
import { readCsv } from '../../catalogue/shopify/csv.ts';
import { neededColumns, readProducts } from '../../catalogue/shopify/products.ts';

interface ImportOptions {
  readonly url: string;
  readonly currency: string;
}

const program = new Command('catalogue').description('The catalogue of a running shop, here or deployed');
program
  .command('import')
  .description('Bring products and stock to what a product CSV exported by Shopify says, by SKU')
  .argument('<file>', 'the CSV file')
  .option('--url <url>', 'where the shop’s API is', 'http://127.0.0.1:8080')
  .option('--currency <code>', 'currency of the file’s prices, ISO 4217', 'EUR')
  .addHelpText(
    'after',
    '\nAn administrator’s token comes from SHOP_TOKEN, or ADMIN_USERNAME and ADMIN_PASSWORD log in.' +
      '\nThe exit code is 1 when the shop refused a product or the import broke off; skipped rows are no failure.',
  )
  .action(runImport);

async function runImport(file: string, { url, currency }: ImportOptions): Promise<void> {
  if (!/^[A-Z]{3}$/.test(currency))
    throw new Error(`--currency must be an ISO 4217 code such as EUR: ${currency}`);
  if (!URL.canParse(url)) throw new Error(`--url must be an address such as http://127.0.0.1:8080: ${url}`);
  const shop = createShopClient({ url, token: await readToken(url) });
  const rows = readCsv(createReadStream(file), neededColumns);
  const report = await importProducts(
    shop,
    readProducts(rows, currency),
    ({ created, updated, unchanged }) => {
      if (process.stderr.isTTY) process.stderr.write(`\r${created + updated + unchanged} products …`);
    },
  );
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  for (const { line, what, reason } of report.skipped)
    console.log(`line ${line}: skipped ${what}: ${reason}`);
  for (const { line, sku, reason } of report.failed) console.error(`line ${line}: failed, ${sku}: ${reason}`);
  console.log(
    `${report.created} created, ${report.updated} updated, ${report.unchanged} unchanged, ` +
      `${report.skipped.length} skipped, ${report.failed.length} failed`,
  );
  if (report.failed.length > 0) process.exitCode = 1;
}

async function readToken(url: string): Promise<string> {
  const { SHOP_TOKEN, ADMIN_USERNAME, ADMIN_PASSWORD } = process.env;
  if (SHOP_TOKEN) return SHOP_TOKEN;
  if (ADMIN_USERNAME && ADMIN_PASSWORD) return logIn(url, ADMIN_USERNAME, ADMIN_PASSWORD);
  throw new Error(
    'there is no token: set SHOP_TOKEN, or ADMIN_USERNAME and ADMIN_PASSWORD, to an administrator’s',
  );
}

try {
  await program.parseAsync();
} catch (error) {
  console.error(`error: ${explain(error)}`);
  process.exitCode = 1;
}

function explain(error: unknown): string {
  const { message, cause } = error as Error;
  if (error instanceof ShopApiError && (error.status === 401 || error.status === 403)) {
    return `${message} The import needs an administrator’s token; what was imported so far stays.`;
  }
  // fetch says only that it failed; why is in its cause.
  return cause instanceof Error && message === 'fetch failed'
    ? `the shop does not answer: ${cause.message}`
    : message;
}
