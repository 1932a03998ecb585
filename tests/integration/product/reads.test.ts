/**
 * Reads through the cache over real HTTP on real PostgreSQL: ETag and 304, one load for many, and changes that
 * show at once. It does not prove the cache itself (its contract does), nor that another process of the service
 * sees a change before its time to live is over.
 */
import assert from 'node:assert/strict';
import type { Product } from '../../../runtime/contracts/api/product.ts';
import { connectProductDatabase } from '../../../services/product/database.ts';
import { freePort } from '../../support/free-port.ts';
import { input, type RunningService, startService } from './service.ts';

describe('product service: reads through the cache', () => {
  let shop: RunningService;
  before(async () => {
    shop = await startService();
  });
  after(() => shop.stop());
  beforeEach(async () => {
    await shop.database.query('truncate product, outbox');
    await shop.cache.invalidate('');
  });

  const get = (path: string, ifNoneMatch?: string) =>
    shop.call<Product & { items: Product[] }>('GET', path, {
      token: null,
      headers: ifNoneMatch === undefined ? {} : { 'if-none-match': ifNoneMatch },
    });

  it('gives an ETag, and 304 without a body to who names it', async () => {
    const { id } = await shop.create();
    for (const path of [`/api/products/${id}`, '/api/products', '/api/products?q=thing']) {
      const first = await get(path);
      const etag = first.headers.get('etag') ?? '';
      assert.match(etag, /^"[\w-]{20,}"$/);
      assert.equal(first.headers.get('content-type'), 'application/json');
      assert.equal(first.headers.get('cache-control'), 'public, max-age=0, must-revalidate');
      for (const named of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
        const again = await get(path, named);
        assert.equal(again.status, 304, named);
        assert.equal(again.body, undefined);
        assert.equal(again.headers.get('etag'), etag);
      }
      assert.equal((await get(path, '"other"')).status, 200);
    }
  });

  it('shows a change at once: in the product, in every list, and by a new ETag', async () => {
    const product = await shop.create({ price: 100, category: 'Before' });
    const paths = ['/api/products', '/api/products?category=Before', '/api/products?q=thing'];
    const old = new Map<string, string>();
    for (const path of [...paths, `/api/products/${product.id}`])
      old.set(path, (await get(path)).headers.get('etag') ?? '');

    const body = input({ price: 200, category: 'After' });
    await shop.call('PUT', `/api/products/${product.id}`, { body });
    for (const [path, etag] of old) assert.equal((await get(path, etag)).status, 200, path);
    assert.equal((await get(`/api/products/${product.id}`)).body.price, 200);
    assert.equal((await shop.list()).items[0]?.price, 200);
    assert.deepEqual((await shop.list('?category=Before')).items, []);

    const second = await shop.create();
    assert.equal((await shop.list()).items.length, 2);
    await shop.call('DELETE', `/api/products/${second.id}`);
    assert.equal((await shop.list()).items.length, 1);
    await shop.call('DELETE', `/api/products/${product.id}`);
    assert.equal((await get(`/api/products/${product.id}`)).status, 404);
    assert.deepEqual((await shop.list()).items, []);
  });

  it('never shows an old price after the answer to its change, whoever reads meanwhile', async () => {
    const { id } = await shop.create({ price: 0 });
    let stop = false;
    const readers = Array.from({ length: 4 }, async () => {
      while (!stop) await Promise.all([get(`/api/products/${id}`), shop.list()]);
    });
    for (let price = 1; price <= 40; price += 1) {
      await shop.call('PUT', `/api/products/${id}`, { body: input({ price }) });
      const [one, list] = await Promise.all([get(`/api/products/${id}`), shop.list()]);
      assert.equal(one.body.price, price);
      assert.equal(list.items[0]?.price, price);
    }
    stop = true;
    await Promise.all(readers);
  });

  it('reads the database once for many who ask the same in different words', async () => {
    await shop.create({ category: 'Shared' });
    await shop.cache.invalidate('');
    const before = shop.cache.statistics();
    const same = [
      '?category=Shared&limit=20',
      '?limit=20&category=Shared',
      '?category=Shared',
      '?category=Shared&sort=newest',
      '?category=Shared&sort=relevance',
      '?category=%53hared',
    ];
    await Promise.all(Array.from({ length: 60 }, (_, i) => shop.list(same[i % same.length])));
    const after = shop.cache.statistics();
    assert.equal(after.misses - before.misses, 1);
    assert.equal(after.hits - before.hits, 59);
  });

  it('does not keep that a product is unknown', async () => {
    const path = '/api/products/PRD-01K9GZ6Q7W3V8B5N2M4X6Y8T0R';
    assert.equal((await get(path)).status, 404);
    await shop.database.query(
      `insert into product (id, sku, name, description, category, price, currency, tags, version, created_at, updated_at)
       values ('PRD-01K9GZ6Q7W3V8B5N2M4X6Y8T0R', 'LATE', 'Late', '', 'Late', 1, 'EUR', '{}', 1, now(), now())`,
    );
    assert.equal((await get(path)).status, 200);
  });
});

describe('product service: without its database', () => {
  it('answers 503 with Retry-After, is not ready, and lives', async () => {
    const nobody = `postgresql://nobody:secret@127.0.0.1:${await freePort()}/nothing`;
    const shop = await startService({ database: connectProductDatabase(nobody) });
    try {
      const { id } = { id: 'PRD-01K9GZ6Q7W3V8B5N2M4X6Y8T0R' };
      for (const [method, path] of [
        ['GET', '/api/products'],
        ['GET', `/api/products/${id}`],
        ['POST', '/api/products'],
        ['PUT', `/api/products/${id}`],
        ['DELETE', `/api/products/${id}`],
      ] as const) {
        const body = method === 'POST' || method === 'PUT' ? input() : undefined;
        const answer = await shop.call(method, path, { body });
        assert.equal(answer.status, 503, `${method} ${path}`);
        assert.equal(answer.headers.get('retry-after'), '1');
        assert.doesNotMatch(JSON.stringify(answer.body), /nobody|secret/);
      }
      assert.equal((await shop.call('GET', '/ready')).status, 503);
      assert.equal((await shop.call('GET', '/health')).status, 200);
    } finally {
      await shop.stop();
    }
  });
});
