/**
 * An administrator's changes over real HTTP on real PostgreSQL: what is answered, what is stored and which
 * events wait in the outbox. It does not prove that they are published (the outbox's own tests do), nor anything
 * of the gateway in front.
 */
import assert from 'node:assert/strict';
import type { Product } from '../../../runtime/contracts/api/product.ts';
import { product as productSchema } from '../../../runtime/contracts/api/product.ts';
import { input, type RunningService, startService, tokens } from './service.ts';

describe('product service: changes', () => {
  let shop: RunningService;
  before(async () => {
    shop = await startService();
  });
  after(() => shop.stop());
  beforeEach(() => shop.database.query('truncate product, outbox'));

  const path = ({ id }: { id: string }) => `/api/products/${id}`;

  it('creates a product, says where it is, and tells the other services', async () => {
    const body = input({ group: 'family', image: 'https://pictures.test/a.png', tags: ['one', 'two words'] });
    const answer = await shop.call<Product>('POST', '/api/products', { body });
    assert.equal(answer.status, 201);
    productSchema.parse(answer.body);
    const { id, version, created_at, updated_at, ...fields } = answer.body;
    assert.deepEqual(fields, body);
    assert.equal(version, 1);
    assert.equal(created_at, updated_at);
    assert.equal(answer.headers.get('location'), path(answer.body));
    const read = await shop.call<Product>('GET', path(answer.body), { token: null });
    assert.deepEqual(read.body, answer.body);
    assert.equal(read.headers.get('etag'), answer.headers.get('etag'));

    const [event, ...others] = await shop.events();
    assert.deepEqual(others, []);
    assert.equal(event?.type, 'product.created');
    assert.equal(event?.subject, id);
    assert.equal(event?.aggregateversion, 1);
    const { sku, name, price, currency } = body;
    assert.deepEqual(event?.data, { productId: id, sku, name, price, currency });
  });

  it('fills in what may be left out', async () => {
    const { description, tags, ...needed } = input();
    const { body } = await shop.call<Product>('POST', '/api/products', { body: needed });
    assert.equal(body.description, '');
    assert.deepEqual(body.tags, []);
    assert.equal('group' in body, false);
    assert.equal('image' in body, false);
  });

  it('refuses a sku that is taken, by name, and says nothing to the others', async () => {
    await shop.create({ sku: 'TAKEN' });
    const answer = await shop.call('POST', '/api/products', { body: input({ sku: 'TAKEN' }) });
    assert.equal(answer.status, 409);
    assert.deepEqual(
      answer.body.errors?.map(({ field }) => field),
      ['sku'],
    );
    assert.equal((await shop.events()).length, 1);
    const other = await shop.create();
    const renamed = await shop.call('PUT', path(other), { body: input({ sku: 'TAKEN' }) });
    assert.equal(renamed.status, 409);
    assert.equal((await shop.events()).length, 2);
  });

  it('lets one of many have a sku that all want at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        shop.call('POST', '/api/products', { body: input({ sku: 'WANTED' }) }),
      ),
    );
    assert.deepEqual(answers.map(({ status }) => status).sort(), [
      201,
      ...Array.from({ length: 19 }, () => 409),
    ]);
    assert.equal((await shop.events()).length, 1);
    assert.equal((await shop.list('?sku=WANTED')).items.length, 1);
  });

  it('replaces a product: all of it, with a new version and an event', async () => {
    const before = await shop.create({ group: 'family', image: 'https://pictures.test/a.png' });
    const body = input({ price: 5 });
    const answer = await shop.call<Product>('PUT', path(before), { body });
    assert.equal(answer.status, 200);
    const { id, version, created_at, updated_at, ...fields } = answer.body;
    assert.deepEqual(fields, body);
    assert.deepEqual([id, version, created_at], [before.id, 2, before.created_at]);
    const [, event] = await shop.events();
    assert.equal(event?.type, 'product.updated');
    assert.equal(event?.aggregateversion, 2);
    assert.deepEqual(event?.data, { ...event?.data, price: 5 });
  });

  it('takes the same again for no change: the version stays, and nobody is told', async () => {
    const body = input({ group: 'family' });
    const { body: before } = await shop.call<Product>('POST', '/api/products', { body });
    const answer = await shop.call<Product>('PUT', path(before), { body });
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.body, before);
    assert.equal((await shop.events()).length, 1);
  });

  it('guards against a lost update by If-Match', async () => {
    const product = await shop.create();
    const { headers } = await shop.call('GET', path(product));
    const etag = headers.get('etag') ?? '';
    const change = (price: number, ifMatch: string) =>
      shop.call('PUT', path(product), { body: input({ price }), headers: { 'if-match': ifMatch } });
    const first = await change(1, etag);
    assert.equal(first.status, 200);
    const second = await change(2, etag);
    assert.equal(second.status, 412);
    assert.match(second.headers.get('content-type') ?? '', /^application\/problem\+json/);
    assert.equal((await change(3, first.headers.get('etag') ?? '')).status, 200);
    assert.equal((await change(4, `"nonsense", *`)).status, 200);
    assert.equal((await shop.call('PUT', path(product), { body: input({ price: 5 }) })).status, 200);
  });

  it('lets one of many replace the version that all have read', async () => {
    const product = await shop.create();
    const { headers } = await shop.call('GET', path(product));
    const etag = headers.get('etag') ?? '';
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        shop.call('PUT', path(product), { body: input({ price: i }), headers: { 'if-match': etag } }),
      ),
    );
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
    assert.equal(answers.filter(({ status }) => status === 412).length, 9);
    assert.equal((await shop.events()).length, 2);
  });

  it('counts versions without a gap when many change one product', async () => {
    const product = await shop.create();
    await Promise.all(
      Array.from({ length: 15 }, (_, i) => shop.call('PUT', path(product), { body: input({ price: i }) })),
    );
    const events = await shop.events();
    assert.deepEqual(
      events.map(({ aggregateversion }) => aggregateversion),
      Array.from({ length: 16 }, (_, i) => i + 1),
    );
  });

  it('deletes a product, whose event is newer than all of its others', async () => {
    const product = await shop.create();
    await shop.call('PUT', path(product), { body: input() });
    const answer = await shop.call('DELETE', path(product));
    assert.equal(answer.status, 204);
    assert.equal(answer.body, undefined);
    const event = (await shop.events()).at(-1);
    assert.equal(event?.type, 'product.deleted');
    assert.equal(event?.aggregateversion, 3);
    assert.deepEqual(event?.data, { productId: product.id });
    for (const method of ['GET', 'DELETE'])
      assert.equal((await shop.call(method, path(product))).status, 404, method);
    assert.equal((await shop.call('PUT', path(product), { body: input() })).status, 404);
    assert.equal((await shop.events()).length, 3);
  });

  it('leaves neither product nor event of a transaction that fails', async () => {
    const product = await shop.create();
    const refused = `create function refuse() returns trigger language plpgsql as
      $$ begin raise exception 'refused at the end of the transaction'; end $$;
      create constraint trigger refuse after insert or update or delete on product
        deferrable initially deferred for each row execute function refuse()`;
    await shop.database.query(refused);
    try {
      for (const [method, to] of [
        ['POST', '/api/products'],
        ['PUT', path(product)],
        ['DELETE', path(product)],
      ] as const) {
        const body = method === 'DELETE' ? undefined : input({ sku: 'NEVER' });
        const answer = await shop.call(method, to, { body });
        assert.equal(answer.status, 500, method);
        assert.doesNotMatch(JSON.stringify(answer.body), /refused at/);
      }
    } finally {
      await shop.database.query('drop function refuse() cascade');
    }
    assert.equal((await shop.events()).length, 1);
    assert.deepEqual((await shop.list()).items, [product]);
  });

  it('lets nobody but an administrator change anything', async () => {
    const product = await shop.create();
    const changes = [
      ['POST', '/api/products'],
      ['PUT', path(product)],
      ['DELETE', path(product)],
    ] as const;
    for (const [method, to] of changes) {
      const body = method === 'DELETE' ? undefined : input();
      assert.equal((await shop.call(method, to, { body, token: null })).status, 401);
      assert.equal((await shop.call(method, to, { body, token: tokens.customer })).status, 403);
    }
    assert.equal((await shop.events()).length, 1);
  });

  const nul = '\0';
  const wrong: [title: string, body: unknown, status: number, field?: string][] = [
    ['an unknown field', { ...input(), colour: 'red' }, 400, 'colour'],
    ['a price of half a cent', input({ price: 10.5 }), 400, 'price'],
    ['a negative price', input({ price: -1 }), 400, 'price'],
    ['a price as text', { ...input(), price: '10' }, 400, 'price'],
    ['no price', { ...input(), price: undefined }, 400, 'price'],
    ['an endless price', '{"price":1e999}', 400, 'price'],
    ['a currency in lower case', input({ currency: 'eur' }), 400, 'currency'],
    ['a currency of four letters', input({ currency: 'EURO' }), 400, 'currency'],
    ['an empty name', input({ name: '   ' }), 400, 'name'],
    ['a name too long', input({ name: 'x'.repeat(201) }), 400, 'name'],
    ['a sku with a blank', input({ sku: 'A B' }), 400, 'sku'],
    ['tags that are no list', { ...input(), tags: 'red' }, 400, 'tags'],
    ['an empty tag', input({ tags: ['fine', ''] }), 400, 'tags.1'],
    ['an image that is no address', input({ image: 'picture' }), 400, 'image'],
    ['U+0000 in a name', input({ name: `a${nul}b` }), 400, 'name'],
    ['U+0000 in a tag', input({ tags: [`a${nul}b`] }), 400, 'tags.0'],
    ['U+0000 in an image', input({ image: `https://a.test/${nul}b` }), 400, 'image'],
    ['a list instead of an object', [input()], 400, 'body'],
    ['null', 'null', 400, 'body'],
    ['no JSON', '{"sku":', 400, 'body'],
    ['no body', '', 400, 'body'],
    ['a huge body', input({ description: 'x'.repeat(200_000) }), 413],
  ];
  for (const [title, body, status, field] of wrong) {
    it(`refuses ${title} with ${status}${field ? ` naming ${field}` : ''}`, async () => {
      const present = await shop.create();
      for (const [method, to] of [
        ['POST', '/api/products'],
        ['PUT', path(present)],
      ] as const) {
        const answer = await shop.call(method, to, { body });
        assert.equal(answer.status, status, JSON.stringify(answer.body));
        assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/);
        const fields = answer.body.errors?.map((error) => error.field);
        if (field) assert.ok(fields?.includes(field), JSON.stringify(answer.body));
      }
      assert.equal((await shop.events()).length, 1);
    });
  }

  it('refuses a body that is not sent as JSON with 415', async () => {
    const headers = { 'content-type': 'text/plain' };
    const answer = await shop.call('POST', '/api/products', { body: JSON.stringify(input()), headers });
    assert.equal(answer.status, 415);
  });

  it('stores half a surrogate pair as what it can be read back as', async () => {
    const product = await shop.create({ name: 'half \ud83d pair' });
    assert.equal(product.name, 'half \ufffd pair');
    assert.deepEqual((await shop.call<Product>('GET', path(product))).body, product);
  });

  it('refuses a malformed id with 400 naming it, and does not know a well-formed one', async () => {
    const answer = await shop.call('GET', '/api/products/PRD-1');
    assert.equal(answer.status, 400);
    assert.equal(answer.body.errors?.[0]?.field, 'id');
    assert.equal((await shop.call('GET', '/api/products/PRD-01K9GZ6Q7W3V8B5N2M4X6Y8T0R')).status, 404);
  });
});
