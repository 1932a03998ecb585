/**
 * A move between stores: local → aws → azure → local ends with what it began with; begun again after it broke off it
 * ends the same; a second run changes nothing; what was lost, spoilt or in the way is found. PostgreSQL is real,
 * DynamoDB and Cosmos DB are stand-ins, and no shop runs on them: that one goes on after a move, and what `kill -9`
 * does, ring.test.ts proves with --long. Nothing here says how long a large shop takes on a real cloud.
 */
import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inventory } from '../../../entries/functions/inventory.ts';
import { order } from '../../../entries/functions/order.ts';
import { stockKey } from '../../../functions/inventory/table.ts';
import { orderKey } from '../../../functions/order/table.ts';
import { checkPlace } from '../../../operations/move/check.ts';
import { documentStore } from '../../../operations/move/document-store.ts';
import { exportShop, tallyOf } from '../../../operations/move/export.ts';
import { readManifest } from '../../../operations/move/folder.ts';
import { importShop } from '../../../operations/move/import.ts';
import { movedTables, type Place } from '../../../operations/move/place.ts';
import { restore } from '../../../operations/move/restore.ts';
import type { Store } from '../../../operations/move/store.ts';
import { openStillPlace, type StillPlace } from '../../support/places.ts';
import { createWorld } from '../../unit/shop/world.ts';

const said: string[] = [];
const say = (text: string) => said.push(text);
const product = `PRD-${'A'.repeat(26)}`;
const scarce = `PRD-${'B'.repeat(26)}`;

/** A shop that took orders, the services' own work, put into the stores of a place. */
async function fill(place: StillPlace): Promise<{ readonly orders: readonly string[] }> {
  const world = createWorld();
  const rest = async () => {
    while (world.waiting() > 0) await world.deliver(0);
  };
  world.publish([world.product(product, 250), world.product(scarce, 0)]);
  await rest();
  for (const [productId, available] of [
    [product, 9],
    [scarce, 1],
  ] as const)
    await world.request('putStock', { params: { productId }, body: { available } }, world.asAdmin);
  const place_ = async (productId: string, more: object = {}) => {
    const body = { items: [{ productId, quantity: 2 }], paymentMethod: 'pm_card_visa', ...more };
    const headers = { 'idempotency-key': `key-${productId}-${Object.keys(more)}` };
    const reply = await world.request('placeOrder', { body, headers });
    assert.equal(reply.status, 201);
    await rest();
    return (reply.body as { orderId: string }).orderId;
  };
  const orders = [
    await place_(product),
    await place_(product, { totalAmount: 500 }),
    await place_(scarce),
    await place_(product, { paymentMethod: 'pm_card_chargeDeclined' }),
  ];
  await world.request('cancelOrder', { params: { id: orders[1] } });
  await rest();
  const { orders: facts } = await world.facts();
  const statuses = orders.map((id) => facts.find(({ orderId }) => orderId === id)?.status);
  assert.deepEqual(statuses, ['confirmed', 'cancelled', 'rejected', 'rejected']);

  const stores = new Map(place.stores.map((store) => [store.name, store]));
  const put = (name: string, store: Pick<Store, 'read'>) => restore(stores.get(name) as Store, store.read());
  for (const table of movedTables.filter(({ name }) => name !== 'notification'))
    await put(table.name, documentStore(table.name, world.documents(table)));
  await put('notification', {
    read: async function* () {
      yield accounts.map(({ id, version }) => ({
        partition: id,
        id: 'contact',
        version: 1,
        body: { version },
      }));
    },
  });
  await put('users', {
    read: async function* () {
      yield accounts;
    },
  });
  await put('products', {
    read: async function* () {
      yield products;
    },
  });
  return { orders };
}

const account = {
  ...{ id: 'USR-1', username: 'Ann', email: 'ann@example.com', role: 'customer', phone: null, version: 3 },
  ...{ passwordHash: '$argon2id$v=19$m=1,t=1,p=1$c2FsdA$aGFzaA', createdAt: '2026-01-02T03:04:05.678Z' },
};
const accounts = [
  account,
  { ...account, id: 'USR-2', username: 'root', email: 'root@example.com', role: 'admin', phone: '+491701' },
];
const thing = {
  ...{
    id: product,
    sku: 'ONE',
    name: 'Grüße \\ "世界"\n',
    description: 'a\u2028b\u2029c\r\nd',
    category: 'Café',
    price: 250,
  },
  ...{ currency: 'EUR', tags: ['a,b', '"c"'], version: 1 },
  ...{ created_at: '2026-01-02T03:04:05.678Z', updated_at: '2026-01-03T03:04:05.678Z' },
};
const products = [
  thing,
  { ...thing, id: scarce, sku: 'TWO', price: 0, tags: [], group: 'g', image: 'https://example.com/a.png' },
];

describe('a move', function () {
  this.timeout(30_000);
  let folders: string;
  const places: Place[] = [];
  let source: StillPlace;
  let orders: readonly string[];
  let exported: string;

  const open = async (on: 'local' | 'aws' | 'azure') => {
    const place = await openStillPlace(on);
    places.push(place);
    return place;
  };
  const take = async (place: Place, name: string) => {
    const folder = join(folders, name);
    await exportShop({ source: place, folder, waitMs: 0, say });
    return folder;
  };
  const kinds = async (folder: string) => (await readManifest(folder)).kinds;

  before(async () => {
    folders = await mkdtemp(join(tmpdir(), 'shop-move-test-'));
    source = await open('local');
    orders = (await fill(source)).orders;
    exported = await take(source, 'first');
  });
  after(async () => {
    await Promise.all(places.map((place) => place.close()));
    await rm(folders, { recursive: true, force: true });
  });

  it('round local, aws, azure and local again ends with what it began with, and a second run changes nothing', async () => {
    let folder = exported;
    for (const on of ['aws', 'azure', 'local'] as const) {
      const target = await open(on);
      for (const written of [true, false]) {
        said.length = 0;
        const { problems, comparisons } = await importShop({ target, folder, say });
        assert.deepEqual(problems, []);
        assert.deepEqual(
          comparisons.map(({ there }) => there),
          comparisons.map(({ moved }) => moved),
        );
        const counts = said.map((line) => Number(/(\d+) written/.exec(line)?.[1]));
        assert.deepEqual(
          counts,
          comparisons.map(({ moved }) => (written ? moved : 0)),
        );
      }
      assert.ok((target.marks[0] ?? '') > new Date(Date.now() - 60_000).toISOString());
      folder = await take(target, on);
    }
    assert.deepEqual(await kinds(folder), await kinds(exported));
    const counts = Object.fromEntries((await kinds(folder)).map(({ name, count }) => [name, count]));
    // Four orders with their keys, two products; of each product facts and stock, four reservations, one low.
    assert.deepEqual(counts, { ...counts, users: 2, products: 2, order: 10, inventory: 9 });
  });

  it('is for the eyes of its owner alone, and begins with a whole folder only', async () => {
    for (const file of ['.', 'users.ndjson', 'manifest.json'])
      assert.equal(statSync(join(exported, file)).mode & 0o077, 0, file);
    await assert.rejects(
      exportShop({ source, folder: exported, waitMs: 0, say }),
      /holds what was taken from/,
    );
    await assert.rejects(exportShop({ source, folder: folders, waitMs: 0, say }), /holds other things/);
    await assert.rejects(importShop({ target: source, folder: folders, say }), /holds no whole export/);
    const cut = await take(source, 'cut');
    const file = join(cut, 'order.ndjson');
    writeFileSync(file, readFileSync(file, 'utf8').split('\n').slice(1).join('\n'));
    await assert.rejects(
      importShop({ target: await open('local'), folder: cut, say }),
      /not as it was written/,
    );
  });

  it('goes on where it broke off, and finds what was lost or spoilt on the way', async () => {
    const target = await open('azure');
    const breaking = { ...target, stores: target.stores.map((store) => dying(store)) };
    await assert.rejects(importShop({ target: breaking, folder: exported, say }), /the power went/);
    assert.deepEqual((await importShop({ target, folder: exported, say })).problems, []);

    const documents = target.open(order.table);
    const [confirmed = '', cancelled = ''] = orders;
    const { version = 0 } = (await documents.get(orderKey(confirmed))) ?? {};
    await documents.commit({ partition: confirmed, writes: [{ kind: 'delete', id: 'order', version }] });
    const adjust = { kind: 'adjust', id: 'stock', by: { available: 1 } } as const;
    await target.open(inventory.table).commit({ partition: stockKey(product).partition, writes: [adjust] });
    const { problems } = await checkPlace(target, exported, await readManifest(exported));
    assert.ok(problems.includes(`order: ${confirmed}/order is missing`), problems.join('\n'));
    assert.ok(problems.includes(`inventory: ${product}/stock is not as it was`), problems.join('\n'));
    assert.ok(problems.some((problem) => problem.startsWith(`invariant 2: ${product}: 8 available`)));
    assert.ok(problems.some((problem) => problem.startsWith(`invariant 3: ${confirmed}`)));
    assert.ok(!problems.some((problem) => problem.includes(cancelled)));
  });

  it('leaves alone what went on, and brings forward what is older', async () => {
    const target = await open('aws');
    await importShop({ target, folder: exported, say });
    const partition = stockKey(product).partition;
    const adjust = { kind: 'adjust', id: 'stock', by: { available: 1, stocked: 1 } } as const;
    await source.open(inventory.table).commit({ partition, writes: [adjust] });
    const later = await take(source, 'later');
    assert.deepEqual((await importShop({ target, folder: later, say })).problems, []);
    assert.match(said.join('\n'), /^inventory +0 written, 8 were there, 1 brought forward$/m);
    await assert.rejects(importShop({ target, folder: exported, say }), /in the place of 1 inventory/);
    const found = await target.open(inventory.table).get<{ available: number }>(stockKey(product));
    assert.equal(found?.body.available, 8);
  });

  it('refuses a shop with a life of its own, and lets an administrator of the same name be who they were', async () => {
    const target = await open('local');
    const [users, catalogue] = target.stores as [Store, Store];
    const own = { ...accounts[1], id: 'USR-9', username: 'ROOT', version: 1, passwordHash: 'another' };
    await users.create([own] as never);
    await catalogue.create([{ ...thing, id: `PRD-${'C'.repeat(26)}`, sku: 'OWN' }] as never);
    await assert.rejects(
      importShop({ target, folder: exported, say }),
      /1 of its products are not in the export/,
    );
    assert.equal((await tallyOf(users)).count, 1);
    await target.product.query('delete from product');
    assert.deepEqual((await importShop({ target, folder: exported, say })).problems, []);

    const taken = await open('local');
    await (taken.stores[0] as Store).create([{ ...account, id: 'USR-8', username: 'someone' }] as never);
    await assert.rejects(
      importShop({ target: taken, folder: exported, say }),
      /USR-1: a name of it is taken/,
    );
    assert.equal(await taken.open(order.table).get(orderKey(orders[0] ?? '')), undefined);
  });

  it('reads nothing that is not at rest or not as it must be', async () => {
    const busy = { ...source, countWaiting: async () => 3 };
    await assert.rejects(take(busy, 'busy'), /not at rest.*3 messages/);
    const changing = { ...source, stores: source.stores.map((store) => restless(store)) };
    await assert.rejects(take(changing, 'changing'), /users changed while it was read/);
    const letters = { ...source, bus: async () => ({ ...(await source.bus()), deadLetters: 1 }) };
    await assert.rejects(take(letters, 'letters'), /1 messages were given up/);
    await source.user.query("update account set version = version + 1 where id = 'USR-1'");
    await assert.rejects(take(source, 'ahead'), /notification has not heard of version 4 of USR-1/);
    await source.user.query("update account set version = version - 1 where id = 'USR-1'");
    await assert.rejects(readManifest(join(folders, 'busy')));
  });
});

/** Dies in the middle of a batch: its first half is written, or nothing is. */
function dying(store: Store): Store {
  if (store.name !== 'inventory') return store;
  return {
    ...store,
    create: async (things) => {
      await store.create(things.slice(0, things.length / 2));
      throw new Error('the power went');
    },
  };
}

/** Another version at every reading. */
function restless(store: Store): Store {
  let readings = 0;
  return {
    ...store,
    read: async function* () {
      readings += 1;
      for await (const things of store.read())
        yield things.map((one) => ({ ...one, version: one.version + readings }));
    },
  };
}
