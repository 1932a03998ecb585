/**
 * Lists and searches over real HTTP on real PostgreSQL, compared with what a plain sort of all products says.
 * It does not prove how fast they are on a large catalogue (plans.test.ts says by which indexes they go).
 */
import assert from 'node:assert/strict';
import { listProducts, type Product } from '../../../runtime/contracts/api/product.ts';
import { fillInPieces, type List, type RunningService, startService } from './service.ts';

const categories = ['Garden', 'Tools & More', "Kid's", 'back\\slash'];

/** 137 products in an order that is no sort's, with equal prices and names among them. */
const planned = Array.from({ length: 137 }, (_, i) => ({
  sku: `L-${i}`,
  name: `${i % 3 === 0 ? 'alpha' : 'Beta'} ${(i * 37) % 40}`,
  category: categories[i % categories.length] ?? '',
  price: ((i * 61) % 50) * 100,
}));

const compare = (a: string | number, b: string | number) => (a < b ? -1 : a > b ? 1 : 0);
const sorts: Record<string, (a: Product, b: Product) => number> = {
  newest: (a, b) => compare(b.created_at, a.created_at) || compare(b.id, a.id),
  price: (a, b) => compare(a.price, b.price) || compare(a.id, b.id),
  '-price': (a, b) => compare(b.price, a.price) || compare(b.id, a.id),
  name: (a, b) => compare(a.name.toLowerCase(), b.name.toLowerCase()) || compare(a.id, b.id),
};
type Filter = Record<string, string | number>;
const query = (given: Filter) =>
  `?${new URLSearchParams(Object.entries(given).map(([key, value]): [string, string] => [key, String(value)]))}`;
const ids = (products: readonly Product[]) => products.map(({ id }) => id);

describe('product service: lists', () => {
  let shop: RunningService;
  let all: Product[];
  before(async function () {
    this.timeout(60_000);
    shop = await startService({ cacheTtlMs: 0 });
    all = await Promise.all(planned.map((product) => shop.create(product)));
  });
  after(() => shop.stop());

  const readToEnd = async (given: Filter, between?: () => Promise<unknown>) => {
    const products: Product[] = [];
    let cursor: string | null = null;
    do {
      const page: List = await shop.list(query(cursor === null ? given : { ...given, cursor }));
      assert.ok(page.items.length <= Number(given.limit ?? 20));
      products.push(...page.items);
      cursor = page.nextCursor;
      if (cursor !== null) await between?.();
    } while (cursor !== null);
    return products;
  };

  it('answers as the contract says', async () => {
    for (const given of ['', '?q=alpha', '?sku=L-1', '?minPrice=100&sort=name'])
      listProducts.responses[200].parse(await shop.list(given));
  });

  it('shows the 20 newest when nothing else is asked for', async () => {
    const { items, nextCursor } = await shop.list();
    assert.deepEqual(items, all.toSorted(sorts.newest).slice(0, 20));
    assert.notEqual(nextCursor, null);
  });

  for (const [sort, order] of Object.entries(sorts)) {
    const filters: [string, Filter, (product: Product) => boolean][] = [
      ['all', {}, () => true],
      ...categories.map((category): (typeof filters)[number] => [
        category,
        { category },
        (one) => one.category === category,
      ]),
      ['a price range', { minPrice: 500, maxPrice: 2500 }, ({ price }) => price >= 500 && price <= 2500],
      ['a least price', { minPrice: 4000 }, ({ price }) => price >= 4000],
      [
        'a category and a highest price',
        { category: 'Garden', maxPrice: 2000 },
        (one) => one.category === 'Garden' && one.price <= 2000,
      ],
      ['one price', { minPrice: 700, maxPrice: 700 }, ({ price }) => price === 700],
      ['no such category', { category: 'Nothing' }, () => false],
    ];
    for (const [title, filter, chosen] of filters) {
      it(`pages through ${title} by ${sort} to the end, each product once and in order`, async () => {
        const wanted = all.filter(chosen).toSorted(order);
        for (const limit of [7, 100]) {
          const read = await readToEnd({ sort, limit, ...filter });
          assert.deepEqual(ids(read), ids(wanted));
        }
      });
    }

    it(`searches by words, ordered by ${sort}`, async () => {
      const wanted = all.filter(({ name }) => name.startsWith('alpha')).toSorted(order);
      assert.deepEqual(ids(await readToEnd({ q: 'alpha', sort, limit: 7 })), ids(wanted));
      const cheap = wanted.filter(({ price }) => price <= 1000);
      assert.deepEqual(ids(await readToEnd({ q: 'alpha', sort, limit: 3, maxPrice: 1000 })), ids(cheap));
      for (const category of categories) {
        const within = wanted.filter((one) => one.category === category);
        assert.deepEqual(ids(await readToEnd({ q: 'alpha', sort, limit: 5, category })), ids(within));
      }
    });
  }

  it('skips and repeats nothing while products are added and removed between the pages', async () => {
    const lists: Filter[] = [
      { sort: 'newest' },
      { sort: 'price' },
      { sort: '-price' },
      { sort: 'name' },
      { sort: 'name', minPrice: 0 },
      { q: 'alpha' },
      { q: 'alpha', sort: 'price' },
    ];
    for (const given of lists) {
      const added: Product[] = [];
      const disturb = async () => {
        const gone = added.length > 1 ? added.shift() : undefined;
        if (gone) await shop.call('DELETE', `/api/products/${gone.id}`);
        for (const price of [0, 2500, 5000]) added.push(await shop.create({ name: 'alpha new', price }));
      };
      const read = ids(await readToEnd({ ...given, limit: 9 }, disturb));
      assert.equal(new Set(read).size, read.length, JSON.stringify(given));
      const wanted = 'q' in given ? all.filter(({ name }) => name.startsWith('alpha')) : all;
      assert.deepEqual(ids(wanted.filter(({ id }) => !read.includes(id))), [], JSON.stringify(given));
      for (const { id } of added) await shop.call('DELETE', `/api/products/${id}`);
    }
  });

  it('finds one product by its exact sku, if the other filters agree', async () => {
    const [first] = all;
    assert.deepEqual(await shop.list('?sku=L-0'), { items: [first], nextCursor: null });
    assert.deepEqual((await shop.list('?sku=l-0')).items, []);
    assert.deepEqual((await shop.list(query({ sku: 'L-0', category: 'Garden', q: 'alpha' }))).items, [first]);
    assert.deepEqual((await shop.list(query({ sku: 'L-0', category: 'Tools & More' }))).items, []);
    assert.deepEqual((await shop.list(query({ sku: 'L-0', q: 'beta' }))).items, []);
    assert.deepEqual((await shop.list(query({ sku: 'L-0', minPrice: 1 }))).items, []);
  });

  it('takes a sort by relevance without words for the newest first', async () => {
    assert.deepEqual((await shop.list('?sort=relevance')).items, (await shop.list()).items);
  });

  const wrong: [title: string, query: string, field: string][] = [
    ['an unknown filter', '?colour=red', 'colour'],
    ['a filter given twice', '?category=a&category=b', 'category'],
    ['an unknown sort', '?sort=random', 'sort'],
    ['a limit of 0', '?limit=0', 'limit'],
    ['a limit of 101', '?limit=101', 'limit'],
    ['a limit of 1.5', '?limit=1.5', 'limit'],
    ['a limit in words', '?limit=ten', 'limit'],
    ['a negative price', '?minPrice=-1', 'minPrice'],
    ['half a cent', '?maxPrice=10.5', 'maxPrice'],
    ['prices the wrong way round', '?minPrice=10&maxPrice=9', 'maxPrice'],
    ['an empty search', '?q=', 'q'],
    ['a search too long', `?q=${'x'.repeat(201)}`, 'q'],
    ['U+0000 in a search', '?q=a%00b', 'q'],
    ['U+0000 in a category', '?category=%00', 'category'],
    ['U+0000 in a sku', '?sku=%00', 'sku'],
    ['a cursor of nonsense', '?cursor=nonsense', 'cursor'],
    ['an empty cursor', '?cursor=', 'cursor'],
    ['a cursor that is JSON but no list', `?cursor=${encoded({ a: 1 })}`, 'cursor'],
    ['a cursor with a key of another type', `?cursor=${encoded(['x', {}, 'PRD-1'])}`, 'cursor'],
    ['a cursor too long', `?cursor=${'A'.repeat(1001)}`, 'cursor'],
  ];
  for (const [title, given, field] of wrong) {
    it(`refuses ${title} with 400 naming ${field}`, async () => {
      const { status, body } = await shop.call('GET', `/api/products${given}`, { token: null });
      assert.equal(status, 400, JSON.stringify(body));
      assert.deepEqual(
        body.errors?.map((error) => error.field),
        [field],
      );
    });
  }

  it('refuses the cursor of another list with 400 naming it', async () => {
    const asked = [
      '',
      '?sort=price',
      '?sort=name',
      '?category=Garden',
      '?minPrice=1',
      '?q=alpha',
      '?q=beta&sort=newest',
    ];
    const short = (given: string) => `${given || '?'}&limit=3`;
    for (const from of asked) {
      const { nextCursor }: List = await shop.list(short(from));
      assert.ok(nextCursor, from);
      for (const to of asked) {
        const path: string = `/api/products${short(to)}&cursor=${nextCursor}`;
        const { status, body } = await shop.call('GET', path, { token: null });
        assert.equal(status, from === to ? 200 : 400, `${from} → ${to}`);
        if (from !== to) assert.deepEqual(body.errors?.[0]?.field, 'cursor');
      }
    }
  });

  it('never fails for a cursor that was tampered with', async () => {
    for (const sort of [...Object.keys(sorts), 'relevance']) {
      const given = `?limit=3&q=alpha&sort=${sort}`;
      const { nextCursor } = await shop.list(given);
      const parts = JSON.parse(Buffer.from(nextCursor ?? '', 'base64url').toString()) as unknown[];
      const odd = [null, -1, 1e300, 'x', '', '\0', "'; drop table product --", [], {}, true];
      for (const at of parts.keys()) {
        for (const value of odd) {
          const cursor = encoded(parts.with(at, value));
          const { status } = await shop.call('GET', `/api/products${given}&cursor=${cursor}`, {
            token: null,
          });
          assert.ok([200, 400].includes(status), `${sort} ${at} ${JSON.stringify(value)}: ${status}`);
        }
      }
    }
  });
});

describe('product service: search', () => {
  let shop: RunningService;
  before(async () => {
    shop = await startService({ cacheTtlMs: 0, searchCandidates: 30 });
    const shelf = [
      { sku: 'NAME', name: 'Copper kettle', category: 'Kitchen', tags: [], description: '' },
      { sku: 'CATEGORY', name: 'Red pot', category: 'Kettles', tags: [], description: '' },
      { sku: 'TAG', name: 'Blue pot', category: 'Kitchen', tags: ['kettle'], description: '' },
      { sku: 'TEXT', name: 'Green pot', category: 'Kitchen', tags: [], description: 'Goes with the kettle.' },
      { sku: 'NONE', name: 'Spoon', category: 'Kitchen', tags: [], description: 'To stir.' },
    ];
    for (const product of shelf) await shop.create(product);
  });
  after(() => shop.stop());

  const skus = async (given: string) => (await shop.list(given)).items.map(({ sku }) => sku);

  it('ranks a word in the name over the category, the tags and the description', async () => {
    assert.deepEqual(await skus('?q=kettle'), ['NAME', 'CATEGORY', 'TAG', 'TEXT']);
    assert.deepEqual(await skus('?q=kettle&limit=2'), ['NAME', 'CATEGORY']);
  });

  it('knows a word by its stem and in any case, wants all words, and leaves out what has a minus', async () => {
    assert.deepEqual(await skus('?q=KETTLES'), ['NAME', 'CATEGORY', 'TAG', 'TEXT']);
    assert.deepEqual(await skus('?q=copper+kettle'), ['NAME']);
    assert.deepEqual((await skus('?q=kettle+-copper+-blue')).toSorted(), ['CATEGORY', 'TEXT']);
    assert.deepEqual(await skus('?q=spoon+or+copper&sort=name'), ['NAME', 'NONE']);
    assert.deepEqual(await skus(`?q=${encodeURIComponent('"kettle copper"')}`), []);
    assert.deepEqual(await skus(`?q=${encodeURIComponent('"copper kettle"')}`), ['NAME']);
  });

  it('finds nothing, and does not fail, for words that mean nothing', async () => {
    for (const words of ['the', '!!!', "'", '\\', ':*', '&|!()', '<11:0', '=Kitchen', '%', '"', "a'b\\c"]) {
      const { items, nextCursor, capped } = await shop.list(`?q=${encodeURIComponent(words)}`);
      assert.equal(nextCursor, null);
      assert.equal(capped, undefined);
      if (words !== '=Kitchen') assert.deepEqual(items, [], words);
    }
    // The category's own lexeme cannot be reached from outside: this is the word "kitchen".
    assert.deepEqual((await skus('?q=%3DKitchen')).toSorted(), ['NAME', 'NONE', 'TAG', 'TEXT']);
  });

  it('says when it looked at some of the matches only, takes the newest, and ends after those', async () => {
    for (let i = 0; i < 32; i += 1)
      await shop.create({ sku: `MANY-${i}`, name: 'Teaspoon of many', price: 100 + i });
    const read: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: List = await shop.list(`?q=teaspoon&limit=12${cursor && `&cursor=${cursor}`}`);
      assert.equal(page.capped, true);
      read.push(...page.items.map(({ sku }) => sku));
      cursor = page.nextCursor;
    }
    assert.equal(read.length, 30);
    assert.equal(new Set(read).size, 30);
    // A price range is looked for among more of them: the ten oldest are found, of which two were beyond the rest.
    const few = await shop.list('?q=teaspoon&limit=100&maxPrice=109');
    assert.equal(few.items.length, 10);
    assert.equal(few.capped, undefined);
  });

  it('takes the matches of a large catalogue from its newest windows, and finds the one old match too', async function () {
    this.timeout(120_000);
    const copies = `insert into product (id, sku, name, description, category, price, currency, tags, version, created_at, updated_at)
      select 'PRD-' || lpad(i::text, 26, '0'), 'BULK-' || i,
             case when i = 3 then 'Needle' when i % 400 = 0 then 'Thimble' else 'Straw' end, '', 'Hay', i, 'EUR', '{}', 1,
             now(), now()
        from generate_series($1::int, $2::int) i`;
    await fillInPieces(shop.database, 40_000, copies);
    assert.deepEqual(await skus('?q=needle'), ['BULK-3']);
    assert.deepEqual(await skus('?q=needle&category=Hay'), ['BULK-3']);
    assert.deepEqual(await skus('?q=needle&category=Kitchen'), []);
    const straw = await shop.list('?q=straw&sort=price&limit=100');
    assert.equal(straw.items.length, 30);
    assert.equal(straw.capped, true);
    assert.ok(
      straw.items.every(({ price }) => price > 40_000 - 2 * 2048),
      'from the newest windows',
    );
    const thimbles = await shop.list('?q=thimble&limit=100');
    assert.equal(thimbles.items.length, 30);
    assert.ok(
      thimbles.items.every(({ price }) => price > 40_000 - 2 * 16_384),
      'from the newest windows',
    );
  });
});

describe('product service: a price range in a large catalogue', function () {
  this.timeout(120_000);
  let shop: RunningService;
  before(async () => {
    shop = await startService({ cacheTtlMs: 0 });
    const copies = `
      insert into product (id, sku, name, description, category, price, currency, tags, version, created_at, updated_at)
      select 'PRD-' || lpad(i::text, 26, '0'), 'S-' || i, 'Name ' || (i * 7919 % 30011), '', 'C' || i % 3,
             -- One price in twenty is low, and only among the old half.
             case when i % 10 = 0 and i < 15000 then i % 1000 else 100000 + i end, 'EUR', '{}', 1,
             timestamptz '2026-01-01' + i * interval '1 second', now()
        from generate_series($1::int, $2::int) i`;
    await fillInPieces(shop.database, 30_000, copies);
    await shop.database.query('vacuum analyze product');
  });
  after(() => shop.stop());

  for (const sort of ['newest', 'name']) {
    for (const [title, filter] of Object.entries({
      'a range that holds few': 'minPrice=0&maxPrice=100',
      'a range that holds many, none of them near the start': 'maxPrice=999',
      'nearly all': 'minPrice=100001',
      'a range in a category': 'maxPrice=999&category=C1',
    })) {
      it(`leaves nothing out of ${title}, by ${sort}`, async () => {
        const read: number[] = [];
        const limit = 100;
        let pages = 0;
        let cursor: string | null = '';
        while (cursor !== null) {
          const page: List = await shop.list(
            `?${filter}&sort=${sort}&limit=${limit}${cursor && `&cursor=${cursor}`}`,
          );
          read.push(...page.items.map(({ sku }) => Number(sku.slice(2))));
          cursor = page.nextCursor;
          pages += 1;
        }
        const {
          minPrice = '0',
          maxPrice = '1e12',
          category,
        } = Object.fromEntries(new URLSearchParams(filter));
        const { rows } = await shop.database.query<{ n: number }>(
          `select substr(sku, 3)::int as n from product where price between $1 and $2 and category like $3
             order by ${sort === 'name' ? 'sort_name, id' : 'created_at desc, id desc'}`,
          [Number(minPrice), Number(maxPrice), category ?? '%'],
        );
        assert.deepEqual(
          read,
          rows.map(({ n }) => n),
        );
        assert.ok(pages <= rows.length / limit + 32, `${pages} pages for ${rows.length} products`);
      });
    }
  }
});

function encoded(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
