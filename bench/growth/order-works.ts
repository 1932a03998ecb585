import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Closing } from '../support/closing.ts';
import type { Caller } from './http.ts';
import type { Issuer } from './issuer.ts';
import { productIdOf, shop, userIdOf } from './orders.ts';
import type { Side, Work } from './pairs.ts';

export interface ShopSide {
  readonly caller: Caller;
  readonly databaseUrl: string;
}

interface Known {
  readonly caller: Caller;
  readonly database: pg.Client;
  readonly orders: readonly { readonly orderId: string; readonly userId: string }[];
  /** For each user, where the middle of their list is. */
  readonly middles: readonly string[];
}

/** Every kind of request about orders. */
export async function orderWorks(
  sides: Readonly<Record<Side, ShopSide>>,
  issuer: Issuer,
  cancels: number,
  closing: Closing,
): Promise<Work[]> {
  const known = {
    small: await learn(sides.small, cancels, closing),
    large: await learn(sides.large, cancels, closing),
  };
  const tokens = Array.from({ length: shop.users }, (_, n) => issuer.token(userIdOf(n)));
  const tokenOf = (userId: string) => tokens[Number(userId.slice(-4))] ?? '';
  return [
    async (side, record, turn) => {
      const { caller, database } = known[side];
      const began = performance.now();
      const { milliseconds, body } = await caller.call('/api/orders', {
        method: 'POST',
        token: tokens[turn % shop.users],
        body: { items: [{ productId: productIdOf(turn * 37), quantity: 1 }] },
      });
      await isSaid(database, 'order.confirmed', JSON.parse(body).orderId);
      record('place an order, until accepted', milliseconds);
      record('place an order, until confirmed', performance.now() - began);
      await rest(database);
    },
    async (side, record, turn) => {
      const { orderId, userId } = at(known[side].orders, turn);
      const { milliseconds } = await known[side].caller.call(`/api/orders/${orderId}`, {
        token: tokenOf(userId),
      });
      record('get an order', milliseconds);
    },
    async (side, record, turn) => {
      const options = { token: tokens[turn % shop.users] };
      record('list own orders', (await known[side].caller.call('/api/orders', options)).milliseconds);
    },
    async (side, record, turn) => {
      const { caller, middles } = known[side];
      const path = `/api/orders?cursor=${at(middles, turn)}`;
      const { milliseconds } = await caller.call(path, { token: tokens[turn % shop.users] });
      record('list own orders, from the middle', milliseconds);
    },
    async (side, record, turn) => {
      const { caller, database, orders } = known[side];
      const { orderId, userId } = at(orders, turn);
      const { milliseconds } = await caller.call(`/api/orders/${orderId}/cancel`, {
        method: 'POST',
        token: tokenOf(userId),
      });
      await isSaid(database, 'order.cancelled', orderId);
      record('cancel an order, until answered', milliseconds);
      await rest(database);
    },
  ];
}

async function learn({ caller, databaseUrl }: ShopSide, cancels: number, closing: Closing): Promise<Known> {
  const database = new pg.Client({ connectionString: databaseUrl });
  await database.connect();
  closing.push(() => database.end());
  const { rows: orders } = await database.query<{ orderId: string; userId: string }>(
    `select partition as "orderId", index1_hash as "userId"
     from (select partition, index1_hash, row_number() over (order by partition) as n, count(*) over () as total
           from document where service = 'order' and id = 'order') numbered
     where n % (total / $1) = 0 order by md5(partition) limit $1`,
    [cancels],
  );
  const middles: string[] = [];
  for (let n = 0; n < shop.users; n += 1) middles.push(await middleOf(database, userIdOf(n)));
  return { caller, database, orders, middles };
}

/** A cursor in the middle of a user's list, made as the documents make it. */
async function middleOf(database: pg.Client, userId: string): Promise<string> {
  const { rows } = await database.query<{ id: string }>(
    `select partition as id from document where service = 'order' and index1_hash = $1 order by index1_sort desc
     offset (select count(*) / 2 from document where service = 'order' and index1_hash = $1) limit 1`,
    [userId],
  );
  const orderId = at(rows, 0).id;
  return Buffer.from(JSON.stringify([orderId, orderId, 'order'])).toString('base64url');
}

/** Waits for the commit that says so of an order: asked again and again, on both sides alike. */
async function isSaid(database: pg.Client, type: string, orderId: string): Promise<void> {
  const query = {
    name: 'is-said',
    text: 'select from event where subject = $1 and type = $2',
    values: [orderId, type],
  };
  while ((await database.query(query)).rowCount === 0) await sleep(1);
}

/** Waits until nothing is under way, so that the next request has the machine for itself. */
async function rest(database: pg.Client): Promise<void> {
  for (;;) {
    const { rows } = await database.query('select from queue limit 1');
    if (rows.length === 0) return;
    await sleep(2);
  }
}

function at<Item>(items: readonly Item[], n: number): Item {
  const item = items[n % items.length];
  if (item === undefined) throw new Error('there is none');
  return item;
}
