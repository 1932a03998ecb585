/**
 * Proves, over HTTP on a whole shop: what a customer and an administrator can do with orders and stock, each way
 * an order can end, that a repeated request is one order, and who sees which order. On one machine it looks at
 * the mail and the provider's books as well, and lets `verify` check the invariants at the end.
 * Does not prove: anything under faults or load (faults*.test.ts and bench do), nor what a real card network does.
 */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Buyer, Client, OrderView } from './support/client.ts';
import { slowness } from './support/deployed.ts';
import { uniqueName, waitFor } from './support/shop.ts';
import { localOnly, type Target, target } from './support/target.ts';

const inTheConsole = 'mail is read in the console';

interface Problem {
  readonly errors?: readonly { readonly field: string; readonly message: string }[];
}
interface Page {
  readonly items: readonly OrderView[];
  readonly nextCursor: string | null;
}

describe('journeys', function () {
  this.timeout(30_000 * slowness);
  let shop: Target;
  let client: Client;
  let admin: string;
  let buyer: Buyer;
  before(async function () {
    this.timeout(120_000);
    shop = await target();
    client = shop.client;
    admin = shop.adminToken;
    buyer = await client.buyer();
  });

  const stock = async (productId: string) =>
    (await client.call<{ available: number }>('GET', `/api/inventory/${productId}`)).body.available;
  /** Released stock comes a moment after the order's own state. */
  const untilStock = async (productId: string, expected: number) => {
    await waitFor(async () => (await stock(productId)) === expected, 10_000).catch(async () =>
      assert.equal(await stock(productId), expected),
    );
  };
  const fields = (body: Problem) => body.errors?.map(({ field }) => field);
  const statuses = (order: OrderView) => order.timeline.map(({ status }) => status);
  const mailOf = async (to: string, orderId: string, count: number) => {
    const local = shop.local;
    assert.ok(local);
    const about = async () => (await local.inbox(to)).filter(({ text }) => text.includes(orderId));
    await waitFor(async () => (await about()).length >= count, 10_000).catch(() => {});
    return about();
  };
  const items = (...lines: [string, number][]) => ({
    items: lines.map(([productId, quantity]) => ({ productId, quantity })),
  });
  const placeAll = (body: object, headers: Record<string, string> = {}, token = buyer.token) =>
    client.call<{ orderId: string } & Problem>('POST', '/api/orders', { token, body, headers });
  const cancel = (orderId: string, token = buyer.token) =>
    client.call<OrderView>('POST', `/api/orders/${orderId}/cancel`, { token });

  describe('an order that goes well', () => {
    it('from a new account over a browsed product to confirmed, step by step', async () => {
      const productId = await client.product(admin, 5, { category: uniqueName('shelf'), price: 1_999 });
      const someone = await client.buyer();
      const found = await client.call<{ category: string; name: string }>(
        'GET',
        `/api/products/${productId}`,
      );
      const shelf = await client.call<{ items: { id: string; price: number }[] }>(
        'GET',
        `/api/products?category=${found.body.category}`,
      );
      assert.deepEqual(
        shelf.body.items.map(({ id, price }) => [id, price]),
        [[productId, 1_999]],
      );
      const placed = await client.place(someone.token, productId, { quantity: 2 });
      assert.equal(placed.status, 201);
      assert.equal(placed.body.status, 'pending');
      assert.equal(placed.headers.get('location'), `/api/orders/${placed.body.orderId}`);
      const order = await client.until(placed.body.orderId, someone.token, 'confirmed');
      assert.deepEqual(statuses(order), ['pending', 'reserved', 'paid', 'confirmed']);
      const times = order.timeline.map(({ at }) => Date.parse(at));
      assert.deepEqual(times, times.toSorted());
      assert.equal(order.totalAmount, 3_998);
      const view = order as OrderView & { items: object[]; currency: string; userId: string };
      assert.equal(view.userId, someone.id);
      assert.equal(view.currency, 'EUR');
      assert.partialDeepStrictEqual(view.items, [
        { productId, quantity: 2, unitPrice: 1_999, name: found.body.name },
      ]);
      assert.equal(await stock(productId), 3);
    });

    it('takes every one of several items from stock', async () => {
      const [one, two, three] = await Promise.all([7, 8, 9].map((count) => client.product(admin, count)));
      const placed = await placeAll(items([one as string, 1], [two as string, 2], [three as string, 3]));
      const order = await client.until(placed.body.orderId, buyer.token, 'confirmed', 'rejected');
      assert.equal(order.status, 'confirmed');
      assert.equal(order.totalAmount, 6 * 1_250);
      assert.deepEqual(await Promise.all([one, two, three].map((id) => stock(id as string))), [6, 6, 6]);
    });

    it('charges the price at the time of the order, whatever happens to the product later', async () => {
      const productId = await client.product(admin, 5);
      const { body } = await client.place(buyer.token, productId);
      const product = (await client.call('GET', `/api/products/${productId}`)).body;
      const { id: _, version: __, created_at: ___, updated_at: ____, ...input } = product;
      const changed = await client.call('PUT', `/api/products/${productId}`, {
        token: admin,
        body: { ...input, price: 9_999 },
      });
      assert.equal(changed.status, 200);
      assert.equal((await client.until(body.orderId, buyer.token, 'confirmed')).totalAmount, 1_250);
    });

    for (const paymentMethod of ['pm_sim_timeout', 'pm_sim_flaky']) {
      localOnly(
        `is confirmed with one capture although the provider is troubled (${paymentMethod})`,
        'only the simulated provider knows it',
        async () => {
          const productId = await client.product(admin, 5);
          const { body } = await client.place(buyer.token, productId, { paymentMethod });
          const order = await client.until(body.orderId, buyer.token, 'confirmed', 'rejected');
          assert.equal(order.status, 'confirmed');
          assert.equal(await stock(productId), 4);
          // The console may hear of them a moment later.
          await sleep(300);
          const { items: events } = await (shop.local as NonNullable<Target['local']>).console<{
            items: { type: string; data: { amount?: number } }[];
          }>(`/api/orders/${body.orderId}/events`);
          const captures = events.filter(({ type }) => type === 'payment.captured');
          assert.equal(captures.length, 1);
          assert.ok(!events.some(({ type }) => type === 'payment.refunded'));
        },
      );
    }
  });

  describe('an order that cannot be', () => {
    it('is rejected with the reason when the stock is out, which stays as it is', async () => {
      const productId = await client.product(admin, 2);
      const { body } = await client.place(buyer.token, productId, { quantity: 3 });
      const order = await client.until(body.orderId, buyer.token, 'rejected', 'confirmed');
      assert.match(order.reason ?? '', /^only 2 of .+ left$/);
      assert.deepEqual(statuses(order), ['pending', 'rejected']);
      assert.equal(await stock(productId), 2);
      const none = await client.product(admin, 0);
      const second = await client.place(buyer.token, none);
      assert.match(
        (await client.until(second.body.orderId, buyer.token, 'rejected', 'confirmed')).reason ?? '',
        /is out of stock$/,
      );
    });

    it('gives back what it had reserved when the second of three items is out of stock', async () => {
      const plenty = await client.product(admin, 5);
      const empty = await client.product(admin, 0);
      const last = await client.product(admin, 5);
      const { body } = await placeAll(items([plenty, 2], [empty, 1], [last, 2]));
      const order = await client.until(body.orderId, buyer.token, 'rejected', 'confirmed');
      assert.match(order.reason ?? '', /is out of stock$/);
      await untilStock(plenty, 5);
      assert.deepEqual([await stock(empty), await stock(last)], [0, 5]);
    });

    it('is rejected with the reason when the card is declined, and its stock is free again', async () => {
      const productId = await client.product(admin, 3);
      for (const [paymentMethod, reason] of [
        ['pm_card_chargeDeclined', 'card_declined'],
        ['pm_card_chargeDeclinedInsufficientFunds', 'insufficient_funds'],
      ] as const) {
        const { body } = await client.place(buyer.token, productId, { paymentMethod, quantity: 3 });
        const order = await client.until(body.orderId, buyer.token, 'rejected', 'confirmed');
        assert.deepEqual([order.status, order.reason], ['rejected', reason]);
        assert.deepEqual(statuses(order), ['pending', 'reserved', 'rejected']);
        await untilStock(productId, 3);
      }
    });

    it('is refused at once for an unknown product, a deleted one and one listed twice, each named', async () => {
      const known = await client.product(admin, 5);
      const deleted = await client.product(admin, 5);
      await client.call('DELETE', `/api/products/${deleted}`, { token: admin });
      await waitFor(async () => (await client.place(buyer.token, deleted)).status === 400, 10_000);
      const unknown = `PRD-${'0'.repeat(26)}`;
      const answer = await placeAll(items([known, 1], [unknown, 1], [deleted, 1], [known, 2]));
      assert.equal(answer.status, 400);
      assert.deepEqual(fields(answer.body), ['items.1.productId', 'items.2.productId', 'items.3.productId']);
      assert.equal(await stock(known), 5);
    });

    it('comes to rest without a 5xx when its product is deleted between placing and reserving', async () => {
      for (let round = 0; round < 5; round += 1) {
        const productId = await client.product(admin, 5);
        const [placed, deleted] = await Promise.all([
          client.place(buyer.token, productId),
          client.call('DELETE', `/api/products/${productId}`, { token: admin }),
        ]);
        assert.equal(deleted.status, 204);
        assert.ok([201, 400].includes(placed.status), `placing answered ${placed.status}`);
        if (placed.status === 201) {
          const order = await client.until(placed.body.orderId, buyer.token, 'confirmed', 'rejected');
          if (order.status === 'rejected') assert.match(order.reason ?? '', /is no longer sold$/);
        } else assert.deepEqual(fields(placed.body as Problem), ['items.0.productId']);
      }
    });

    it('is refused when the total is not what the customer saw, and when it is for somebody else', async () => {
      const productId = await client.product(admin, 5);
      const other = await client.buyer();
      const wrong = await client.place(buyer.token, productId, { totalAmount: 1_249 });
      assert.equal(wrong.status, 409);
      assert.deepEqual(fields(wrong.body as Problem), ['totalAmount']);
      assert.equal((await client.place(buyer.token, productId, { userId: other.id })).status, 403);
      assert.equal(await stock(productId), 5);
      const right = await client.place(buyer.token, productId, { totalAmount: 1_250, userId: buyer.id });
      assert.equal(right.status, 201);
      await client.until(right.body.orderId, buyer.token, 'confirmed');
      const changed = await client.product(admin, 5);
      const product = (await client.call('GET', `/api/products/${changed}`)).body;
      const { id: _, version: __, created_at: ___, updated_at: ____, ...input } = product;
      await client.call('PUT', `/api/products/${changed}`, {
        token: admin,
        body: { ...input, price: 1_300 },
      });
      const seen = { totalAmount: 1_250 };
      let late = await client.place(buyer.token, changed, seen);
      await waitFor(async () => {
        if (late.status === 201) late = await client.place(buyer.token, changed, seen);
        return late.status !== 201;
      }, 10_000);
      assert.equal(late.status, 409);
      assert.deepEqual(fields(late.body as Problem), ['totalAmount']);
      assert.match((late.body as Problem).errors?.[0]?.message ?? '', /1300/);
      assert.equal((await client.place(buyer.token, changed, { totalAmount: 1_300 })).status, 201);
    });
  });

  describe('a cancel', () => {
    it('before payment ends the order: nothing is kept of stock or money', async () => {
      const productId = await client.product(admin, 5);
      // The late answer of the provider leaves time to cancel before the payment is through.
      const { body } = await client.place(buyer.token, productId, { paymentMethod: 'pm_sim_timeout' });
      const cancelled = await cancel(body.orderId);
      assert.deepEqual([cancelled.status, cancelled.body.status], [200, 'cancelled']);
      assert.equal(cancelled.body.reason, 'cancelled by the customer');
      assert.ok(!statuses(cancelled.body).includes('paid'));
      await untilStock(productId, 5);
      const again = await cancel(body.orderId);
      assert.deepEqual([again.status, again.body], [200, cancelled.body]);
    });

    it('of a confirmed order restocks it', async () => {
      const productId = await client.product(admin, 5);
      const { body } = await client.place(buyer.token, productId, { quantity: 2 });
      await client.until(body.orderId, buyer.token, 'confirmed');
      const cancelled = await cancel(body.orderId);
      assert.deepEqual(statuses(cancelled.body), ['pending', 'reserved', 'paid', 'confirmed', 'cancelled']);
      await untilStock(productId, 5);
    });

    localOnly('of a confirmed order refunds exactly what was paid', 'events are read there', async () => {
      const productId = await client.product(admin, 5);
      const { body } = await client.place(buyer.token, productId, { quantity: 2 });
      await client.until(body.orderId, buyer.token, 'confirmed');
      await cancel(body.orderId);
      const refunds = async () => {
        const path = `/api/orders/${body.orderId}/events`;
        type Events = { items: { type: string; data: { amount: number } }[] };
        const { items: events } = await (shop.local as NonNullable<Target['local']>).console<Events>(path);
        return events.filter(({ type }) => type === 'payment.refunded').map(({ data }) => data.amount);
      };
      await waitFor(async () => (await refunds()).length > 0, 10_000);
      assert.deepEqual(await refunds(), [2_500]);
    });

    it('of a rejected order is a conflict, of another user’s order a 404', async () => {
      const productId = await client.product(admin, 0);
      const { body } = await client.place(buyer.token, productId);
      await client.until(body.orderId, buyer.token, 'rejected');
      assert.equal((await cancel(body.orderId)).status, 409);
      const other = await client.buyer();
      assert.equal((await cancel(body.orderId, other.token)).status, 404);
      assert.equal(
        (await client.call('GET', `/api/orders/${body.orderId}`, { token: other.token })).status,
        404,
      );
      assert.equal((await client.order(body.orderId, admin)).status, 'rejected');
    });
  });

  describe('an Idempotency-Key', () => {
    it('makes a repeated request one order with one answer, and refuses another body by name', async () => {
      const productId = await client.product(admin, 10);
      const key = uniqueName('key');
      const [first, second] = [
        await client.place(buyer.token, productId, { key }),
        await client.place(buyer.token, productId, { key }),
      ];
      assert.deepEqual([first.status, second.status], [201, 201]);
      assert.deepEqual(second.body, first.body);
      assert.equal(second.headers.get('location'), first.headers.get('location'));
      const other = await client.place(buyer.token, productId, { key, quantity: 2 });
      assert.equal(other.status, 422);
      assert.deepEqual(fields(other.body as Problem), ['Idempotency-Key']);
      await client.until(first.body.orderId, buyer.token, 'confirmed');
      assert.deepEqual((await client.place(buyer.token, productId, { key })).body, first.body);
      assert.equal(await stock(productId), 9);
    });

    it('of twenty requests at once makes one order; another user’s same key is another', async () => {
      const productId = await client.product(admin, 30);
      const key = uniqueName('key');
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => client.place(buyer.token, productId, { key })),
      );
      assert.deepEqual([...new Set(answers.map(({ status }) => status))], [201]);
      const ids = [...new Set(answers.map(({ body }) => body.orderId))];
      assert.equal(ids.length, 1);
      const other = await client.buyer();
      const theirs = await client.place(other.token, productId, { key });
      assert.notEqual(theirs.body.orderId, ids[0]);
      await client.until(ids[0] as string, buyer.token, 'confirmed');
      await client.until(theirs.body.orderId, other.token, 'confirmed');
      assert.equal(await stock(productId), 28);
    });
  });

  it('a list pages through all of one’s orders, newest first, and nobody else’s', async () => {
    const [one, other] = await Promise.all([client.buyer(), client.buyer()]);
    const productId = await client.product(admin, 100);
    const own: string[] = [];
    for (let count = 0; count < 7; count += 1) {
      own.unshift((await client.place(one.token, productId)).body.orderId);
      await client.place(other.token, productId);
    }
    const seen: string[] = [];
    const sizes: number[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const more: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page = await client.call<Page>('GET', `/api/orders?limit=3${more}`, { token: one.token });
      assert.equal(page.status, 200);
      seen.push(...page.body.items.map(({ orderId }) => orderId));
      sizes.push(page.body.items.length);
      cursor = page.body.nextCursor;
    }
    assert.deepEqual(sizes, [3, 3, 1]);
    assert.deepEqual(seen, own);
    const theirs = await client.call<Page>('GET', `/api/orders?userId=${one.id}`, { token: other.token });
    assert.equal(theirs.status, 404);
    const asAdmin = await client.call<Page>('GET', `/api/orders?userId=${one.id}`, { token: admin });
    assert.deepEqual(
      asAdmin.body.items.map(({ orderId }) => orderId),
      own,
    );
    await Promise.all(own.map((orderId) => client.until(orderId, one.token, 'confirmed')));
  });

  it('an administrator sets and adjusts stock, never below zero', async () => {
    const productId = await client.product(admin, 5);
    const put = (body: object) =>
      client.call<Problem>('PUT', `/api/inventory/${productId}`, { token: admin, body });
    assert.equal((await put({ adjustBy: 4 })).status, 200);
    assert.equal(await stock(productId), 9);
    assert.equal((await put({ adjustBy: -9 })).status, 200);
    assert.equal(await stock(productId), 0);
    const below = await put({ adjustBy: -1 });
    assert.equal(below.status, 409);
    assert.deepEqual(fields(below.body), ['adjustBy']);
    const set = await put({ available: 3 });
    assert.deepEqual(set.body, { productId, available: 3, reserved: 0, sold: 0, stocked: 3 });
    assert.deepEqual(fields((await put({ available: 3, adjustBy: 1 })).body), ['available']);
    assert.deepEqual(fields((await put({})).body), ['available']);
    const { body } = await client.place(buyer.token, productId, { quantity: 2 });
    await client.until(body.orderId, buyer.token, 'confirmed');
    await waitFor(async () => ((await put({ adjustBy: 0 })).body as { sold?: number }).sold === 2, 10_000);
    assert.deepEqual((await put({ adjustBy: 0 })).body, {
      productId,
      available: 1,
      reserved: 0,
      sold: 2,
      stocked: 3,
    });
    const asBuyer = await client.call('PUT', `/api/inventory/${productId}`, {
      token: buyer.token,
      body: { available: 100 },
    });
    assert.equal(asBuyer.status, 403);
  });

  localOnly('the admin command makes an administrator of a customer', 'it runs on this machine', async () => {
    const local = shop.local as NonNullable<Target['local']>;
    const someone = await client.buyer();
    const input = { sku: uniqueName('sku'), name: 'A thing', category: 'Tests', price: 1, currency: 'EUR' };
    const create = (token: string) => client.call('POST', '/api/products', { token, body: input });
    assert.equal((await create(someone.token)).status, 403);
    const token = await local.admin(someone.username);
    assert.equal((await create(token)).status, 201);
    assert.equal(
      await client.login(someone.username, someone.password),
      undefined,
      'the old password is gone',
    );
  });

  const mails = [
    { title: 'confirmed', subject: /is confirmed$/, stock: 5, more: {} },
    { title: 'rejected', subject: /could not be accepted$/, stock: 0, more: {} },
    {
      title: 'declined',
      subject: /could not be accepted$/,
      stock: 5,
      more: { paymentMethod: 'pm_card_chargeDeclined' },
      says: /the bank declined the card/,
    },
  ];
  for (const { title, subject, more, says, stock: pieces } of mails) {
    localOnly(`the customer of an order ${title} gets one mail about it`, inTheConsole, async () => {
      const someone = await client.buyer();
      const productId = await client.product(admin, pieces);
      const { body } = await client.place(someone.token, productId, more);
      await client.until(body.orderId, someone.token, 'confirmed', 'rejected');
      const [mail, ...others] = await mailOf(someone.email, body.orderId, 1);
      assert.ok(mail);
      assert.deepEqual(others, []);
      assert.match(mail.subject, subject);
      assert.match(mail.text, new RegExp(someone.username));
      if (says) assert.match(mail.text, says);
    });
  }

  localOnly('a cancelled order is told by mail, after the one that confirmed it', inTheConsole, async () => {
    const someone = await client.buyer();
    const { body } = await client.place(someone.token, await client.product(admin, 5));
    await client.until(body.orderId, someone.token, 'confirmed');
    await mailOf(someone.email, body.orderId, 1);
    await cancel(body.orderId, someone.token);
    const mail = await mailOf(someone.email, body.orderId, 2);
    assert.deepEqual(
      mail.map(({ subject }) => subject.replace(body.orderId, 'X')),
      ['Your order X is cancelled', 'Your order X is confirmed'],
    );
  });

  describe('all of them together', () => {
    localOnly('leave a shop in which everything adds up', 'verify reads the databases', async () => {
      const { findings, facts } = await (shop.local as NonNullable<Target['local']>).shop.verify(20);
      assert.deepEqual(findings, []);
      assert.ok(facts.orders.length > 40, `${facts.orders.length} orders`);
    });
  });
});
