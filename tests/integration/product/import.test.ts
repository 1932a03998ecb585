/**
 * The sample catalogue and a Shopify export brought in over HTTP, the import as the command that a person runs,
 * against the real product service. The inventory is a stand-in that, as the real one, hears of a product a
 * little later; it proves nothing of the real one or of the gateway.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ShopApiError } from '../../../catalogue/client.ts';
import { sampleCatalogue } from '../../../catalogue/sample.ts';
import { seedCatalogue } from '../../../catalogue/seed.ts';
import { type RunningService, startService, tokens } from './service.ts';

const command = fileURLToPath(new URL('../../../local/commands/catalogue.ts', import.meta.url));

describe('filling the catalogue over HTTP', function () {
  this.timeout(60_000);
  let shop: RunningService;
  let front: Server;
  let gatewayUrl: string;
  let folder: string;
  const stock = new Map<string, number>();
  const asked = new Map<string, number>();
  let notNow = 0;

  before(async () => {
    shop = await startService();
    folder = await mkdtemp(join(tmpdir(), 'shop-import-'));
    front = createServer(async (request, response) => {
      const pieces: Buffer[] = [];
      for await (const piece of request) pieces.push(piece as Buffer);
      const body = Buffer.concat(pieces);
      const [, product] = /^\/api\/inventory\/(.+)$/.exec(request.url ?? '') ?? [];
      if (notNow > 0) {
        notNow -= 1;
        response.writeHead(503, { 'retry-after': '0' }).end('{}');
      } else if (body.includes('"REFUSED"')) {
        const errors = [{ field: 'name', message: 'is not to our taste' }];
        const problem = { type: 'about:blank', title: 'No', status: 422, detail: 'Not today.', errors };
        response.writeHead(422).end(JSON.stringify(problem));
      } else if (product === undefined) {
        const { authorization = '', 'content-type': type } = request.headers;
        const answer = await fetch(shop.url + request.url, {
          method: request.method,
          headers: { authorization, ...(type && { 'content-type': type }) },
          body: body.length > 0 ? body : undefined,
        });
        response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
      } else {
        asked.set(product, (asked.get(product) ?? 0) + 1);
        const known = stock.get(product) ?? ((asked.get(product) ?? 0) > 2 ? 0 : undefined);
        if (request.method === 'PUT' && known !== undefined)
          stock.set(product, JSON.parse(body.toString()).available);
        const available = stock.get(product) ?? known;
        if (available === undefined) response.writeHead(404).end('{}');
        else response.end(JSON.stringify({ productId: product, available }));
      }
    });
    await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
    gatewayUrl = `http://127.0.0.1:${(front.address() as { port: number }).port}`;
  });
  after(async () => {
    front.close();
    front.closeAllConnections();
    await shop.stop();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    await shop.database.query('truncate product, outbox');
    await shop.cache.invalidate('');
    stock.clear();
    asked.clear();
    notNow = 0;
  });

  const stored = async () => {
    const { rows } = await shop.database.query<{
      sku: string;
      name: string;
      price: number;
      id: string;
      version: number;
    }>('select sku, name, price, id, version from product order by sku');
    return rows.map(({ id, ...product }) => ({ ...product, stock: stock.get(id) }));
  };

  it('seeds the sample catalogue with its stock, through a shop that is busy at times', async () => {
    notNow = 20;
    const progress: number[] = [];
    await seedCatalogue({ gatewayUrl, token: tokens.admin, onProgress: (done) => progress.push(done) });
    const wanted = sampleCatalogue
      .map(({ sku, name, price, stock }) => ({ sku, name, price, version: 1, stock }))
      .toSorted((a, b) => (a.sku < b.sku ? -1 : 1));
    assert.deepEqual(await stored(), wanted);
    assert.deepEqual(
      progress,
      Array.from({ length: sampleCatalogue.length }, (_, i) => i + 1),
    );
    assert.equal((await shop.events()).length, sampleCatalogue.length);
  });

  it('seeds again what an interrupted seeding left, and takes back no sale', async () => {
    const products = sampleCatalogue.slice(0, 12);
    await seedCatalogue({ gatewayUrl, token: tokens.admin, products: products.slice(0, 6) });
    const { rows } = await shop.database.query<{ id: string }>(
      "select id from product where sku = 'KIT-PAN-20'",
    );
    stock.set(rows[0]?.id ?? '', 3);
    await seedCatalogue({ gatewayUrl, token: tokens.admin, products });
    const after = await stored();
    assert.equal(after.length, 12);
    assert.deepEqual(
      after.map(({ sku, stock }) => [sku, stock]),
      products
        .map(({ sku, stock }) => [sku, sku === 'KIT-PAN-20' ? 3 : stock])
        .toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1)),
    );
    assert.ok(after.every(({ version }) => version === 1));
  });

  it('gives up seeding at once when the token is no administrator’s', async () => {
    await assert.rejects(
      seedCatalogue({ gatewayUrl, token: tokens.customer }),
      (error: unknown) => error instanceof ShopApiError && error.status === 403,
    );
    assert.deepEqual(await stored(), []);
  });

  const header =
    'Handle,Title,Body (HTML),Type,Tags,Option1 Value,Variant SKU,Variant Price,Variant Inventory Qty';
  const run = async (
    lines: readonly string[],
    env: Record<string, string> = { SHOP_TOKEN: tokens.admin },
  ) => {
    const file = join(folder, 'products.csv');
    await writeFile(file, [header, ...lines].join('\r\n'));
    const { PATH = '' } = process.env;
    return new Promise<{ code: number; out: string; err: string }>((resolve) => {
      const args = [command, 'import', file, '--url', gatewayUrl];
      execFile(process.execPath, args, { env: { PATH, ...env } }, (error, out, err) =>
        resolve({ code: error ? Number(error.code) : 0, out, err }),
      );
    });
  };

  it('imports an export by SKU: creates, updates, leaves alone, and reports what it skipped by line', async () => {
    const first = [
      'mug,Mug,"<p>Holds tea.</p>\r\n<p>Or soup.</p>",Cups,blue,Default Title,MUG,12.50,5',
      'tee,Tee,,Shirts,,S,TEE-S,20.00,1',
      'tee,,,,,M,TEE-M,21.00,',
      'tee,,,,,L,,22.00,4',
      'cap,Cap,,Hats,,Default Title,CAP,9.999,1',
    ];
    const created = await run(first);
    assert.deepEqual([created.code, created.err], [0, '']);
    assert.match(created.out, /^3 created, 0 updated, 0 unchanged, 2 skipped, 0 failed$/m);
    assert.match(created.out, /^line 6: skipped the row: it has no Variant SKU/m);
    assert.match(created.out, /^line 7: skipped the row: the price 9.999 has more decimals/m);
    assert.deepEqual(await stored(), [
      { sku: 'MUG', name: 'Mug', price: 1250, version: 1, stock: 5 },
      { sku: 'TEE-M', name: 'Tee – M', price: 2100, version: 1, stock: undefined },
      { sku: 'TEE-S', name: 'Tee – S', price: 2000, version: 1, stock: 1 },
    ]);
    const { items } = await shop.list('?sku=MUG');
    assert.equal(items[0]?.description, 'Holds tea.\nOr soup.');

    const again = await run(first);
    assert.match(again.out, /^0 created, 0 updated, 3 unchanged, 2 skipped, 0 failed$/m);
    const changed = await run([
      'mug,Mug,,Cups,blue,Default Title,MUG,13.00,5',
      'tee,Tee,,Shirts,,S,TEE-S,20.00,9',
    ]);
    assert.match(changed.out, /^0 created, 2 updated, 0 unchanged, 0 skipped, 0 failed$/m);
    assert.deepEqual(await stored(), [
      { sku: 'MUG', name: 'Mug', price: 1300, version: 2, stock: 5 },
      { sku: 'TEE-M', name: 'Tee – M', price: 2100, version: 1, stock: undefined },
      { sku: 'TEE-S', name: 'Tee – S', price: 2000, version: 1, stock: 9 },
    ]);
  });

  it('imports more than one batch', async () => {
    const lines = Array.from(
      { length: 450 },
      (_, i) => `p${i},Product ${i},,Things,,Default Title,P-${i},1.00,`,
    );
    const { code, out } = await run(lines);
    assert.equal(code, 0);
    assert.match(out, /^450 created/m);
    assert.equal((await stored()).length, 450);
  });

  it('ends with exit code 1 and the reason when it cannot go on', async () => {
    const line = 'mug,Mug,,Cups,,Default Title,MUG,12.50,5';
    const faults: [RegExp, readonly string[], Record<string, string>][] = [
      [/no token: set SHOP_TOKEN, or ADMIN_USERNAME and ADMIN_PASSWORD/, [line], {}],
      [/admin role.*administrator’s token/, [line], { SHOP_TOKEN: tokens.customer }],
      [/not valid|not signed/, [line], { SHOP_TOKEN: `${tokens.admin.slice(0, -8)}AAAAAAAA` }],
      [/[Qq]uote/, ['mug,"Mug'], { SHOP_TOKEN: tokens.admin }],
    ];
    for (const [reason, lines, env] of faults) {
      const { code, err } = await run(lines, env);
      assert.equal(code, 1);
      assert.match(err, reason);
      assert.doesNotMatch(err, /\n\s+at /);
    }
    assert.deepEqual(await stored(), []);
  });

  it('ends with exit code 1 when the shop refuses a product, says which, and imports the others', async () => {
    const lines = ['mug,Mug,,Cups,,Default Title,REFUSED,12.50,', 'cap,Cap,,Hats,,Default Title,CAP,9.99,'];
    const { code, out, err } = await run(lines);
    assert.equal(code, 1);
    assert.match(err, /^line 2: failed, REFUSED: Not today. name is not to our taste$/m);
    assert.match(out, /^1 created, 0 updated, 0 unchanged, 0 skipped, 1 failed$/m);
    assert.deepEqual(
      (await stored()).map(({ sku }) => sku),
      ['CAP'],
    );
  });
});
