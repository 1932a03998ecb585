/**
 * The whole shop while something it stands on fails: PostgreSQL dies or stands still, messages come twice and out
 * of order, get lost, or cannot be digested, the mail server is away. It does not prove what a full disk or a
 * broken network does, nor anything of the clouds' databases and buses.
 */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectShopDatabase } from '../../runtime/adapters/local/shop-database.ts';
import { makeEvent } from '../../runtime/contracts/events/make.ts';
import type { Database } from '../../runtime/sql/pool.ts';
import { freePort } from '../support/free-port.ts';
import { startSmtpServer } from '../support/smtp-server.ts';
import { type Client, createClient } from './support/client.ts';
import { type Load, startLoad } from './support/load.ts';
import { introduce, introduceAdmin, type Person } from './support/people.ts';
import { assertSound } from './support/reckoning.ts';
import { type LocalShop, startLocalShop, waitFor } from './support/shop.ts';
import { standStill } from './support/stand-still.ts';

/** With LONG=1 longer than a statement may take. */
const stillMs = process.env.LONG ? 18_000 : 5_000;
/** So that nothing is mended that should not have broken. */
const noReconciler = { RECONCILE_REDRIVE_AFTER_MS: '3600000', RECONCILE_CANCEL_AFTER_MS: '3600000' };

describe('faults', function () {
  this.timeout(120_000);
  let shop: LocalShop;
  let client: Client;
  let admin: Person;

  const begin = async (env: NodeJS.ProcessEnv) => {
    const settings = { RATE_LIMIT_PER_MINUTE: '0', ...noReconciler, ...env };
    shop = shop ? await shop.restart('SIGTERM', settings) : await startLocalShop(settings);
    client = createClient(shop.url);
    admin = await introduceAdmin(shop);
  };
  const inDatabase = async <Result>(work: (database: Database) => Promise<Result>): Promise<Result> => {
    const database = connectShopDatabase(shop.info.databases.shop, 'faults', 2);
    try {
      return await work(database);
    } finally {
      await database.close();
    }
  };
  const pidOf = async (name: string) => {
    const found = (await shop.processes()).find((entry) => entry.name === name);
    assert.ok(found?.pid, `${name} is not running`);
    return found.pid;
  };
  const guest = async () => (await introduce(shop, 1))[0] as Person;
  let loads: Load[] = [];
  const beginLoad = async () => {
    const load = await startLoad(shop);
    loads.push(load);
    return load;
  };
  // Also that of a test that failed: the shop must be there until it has ended.
  afterEach(async () => {
    await Promise.all(loads.map((load) => load.stop()));
    loads = [];
  });
  after(() => shop?.close());

  describe('of PostgreSQL', () => {
    before(() => begin({}));

    /** Looks at the shop again and again without ever repeating a request. */
    const watch = () => {
      const wrong: string[] = [];
      let refused = 0;
      let watching = true;
      const paths = ['/api/products?sort=name', '/api/orders', `/api/users/${admin.id}`, '/openapi.json'];
      const look = async (path: string) => {
        while (watching) {
          const { status, headers } = await client.call('GET', path, { token: admin.token });
          if (status === 503 && headers.has('retry-after')) refused += 1;
          else if (status >= 500) wrong.push(`GET ${path}: ${status}`);
          await sleep(20);
        }
      };
      const looking = paths.map(look);
      return async () => {
        watching = false;
        await Promise.all(looking);
        return { wrong, refused };
      };
    };

    it('killed again and again: 503 with Retry-After, nothing is lost, the consumers go on', async () => {
      const consumers = await pidOf('functions');
      const load = await beginLoad();
      const endWatch = watch();
      for (let round = 0; round < 3; round += 1) {
        await sleep(500 + Math.random() * 1_000);
        await shop.kill('postgres');
      }
      const before = load.accepted();
      await waitFor(async () => load.accepted() > before + 10, 30_000);
      const result = await load.stop();
      const { wrong, refused } = await endWatch();
      assert.deepEqual(wrong, []);
      assert.ok(result.unavailable + refused > 0, 'nobody noticed that the database was away');
      assert.equal(result.unanswered, 0);
      await assertSound(shop, result);
      assert.equal(await pidOf('functions'), consumers);
    });

    it(`standing still for ${stillMs / 1000} s: requests wait or get 503, then all goes on`, async () => {
      const consumers = await pidOf('functions');
      const load = await beginLoad();
      const endWatch = watch();
      await sleep(500);
      const goOn = standStill(await pidOf('postgres'));
      // What was committed before is answered.
      await sleep(500);
      const frozen = load.accepted();
      await sleep(stillMs - 500);
      const afterwards = load.accepted();
      goOn();
      assert.equal(afterwards, frozen, 'orders were accepted by a database that stood still');
      await waitFor(async () => load.accepted() > frozen + 10, 30_000);
      const result = await load.stop();
      const { wrong } = await endWatch();
      assert.deepEqual(wrong, []);
      assert.equal(result.unanswered, 0);
      await assertSound(shop, result);
      assert.equal(await pidOf('functions'), consumers);
    });
  });

  describe('of messages', () => {
    /** Puts an event on the bus unchecked, as a faulty publisher would. */
    const publishRaw = (
      database: Database,
      event: { id: string; type: string; subject: string; data: object },
    ) =>
      database.query('select publish($1, 1, 0)', [
        JSON.stringify([{ id: event.id, type: event.type, subject: event.subject, body: event }]),
      ]);
    const letters = async () => {
      const response = await fetch(`${shop.consoleUrl}/api/dead-letters`);
      assert.equal(response.status, 200, await response.clone().text());
      const { items } = (await response.json()) as {
        items: { id: string; consumer: string; event: { id: string }; reason: string; attempts: number }[];
      };
      return items;
    };

    it('that nobody can digest: dead-lettered and shown, the others go on, redriven or purged', async () => {
      const buyer = await guest();
      const productId = await client.product(admin.token, 1_000, { price: 500 });
      const change = { productId, sku: 'S', name: 'Lamp', price: 777, currency: 'EUR' };
      const mendable = makeEvent('product.updated', productId, 1_000, change);
      const hopeless = makeEvent('user.deleted', buyer.id, 1_000, { userId: buyer.id });
      await inDatabase(async (database) => {
        await publishRaw(database, { ...mendable, data: { ...change, price: 'much' } });
        await publishRaw(database, { ...hopeless, data: {} });
        const { body } = await client.place(buyer.token, productId);
        await client.until(body.orderId, buyer.token, 'confirmed');
        const expected = [
          `inventory-catalogue ${mendable.id}`,
          `notification-contacts ${hopeless.id}`,
          `order-catalogue ${mendable.id}`,
        ];
        const present = async () =>
          (await letters()).map(({ consumer, event }) => `${consumer} ${event.id}`).sort();
        await waitFor(async () => (await present()).length === expected.length, 30_000).catch(() => {});
        assert.deepEqual(await present(), expected);
        for (const { attempts, reason } of await letters()) assert.ok(attempts >= 6 && reason !== '');

        // What is mended is redriven, and has its effect. The other is given up for good.
        await database.query('update event set body = $2 where id = $1', [
          mendable.id,
          JSON.stringify(mendable),
        ]);
        const dlq = async (...args: string[]) => {
          const { code, output } = await shop.command('dlq', args);
          return code === 0 ? output : `exit code ${code}: ${output}`;
        };
        assert.match(await dlq('list'), /order-catalogue {2}product\.updated[\s\S]*\n3 dead letters\n$/);
        for (const { id, consumer, event } of await letters()) {
          assert.equal(JSON.parse(await dlq('show', id)).event.id, event.id);
          if (event.id === hopeless.id) assert.equal(await dlq('purge', id), `${id} is forgotten\n`);
          else if (consumer === 'order-catalogue')
            assert.equal(await dlq('redrive', id), `${id} is on its way again\n`);
          else {
            const answer = await fetch(`${shop.consoleUrl}/api/dead-letters/${id}/redrive`, {
              method: 'POST',
            });
            assert.equal(answer.status, 200);
          }
          assert.match(await dlq('show', id), /^exit code 1: there is no dead letter .*npm run dlq -- list/);
        }
        await waitFor(async () => {
          const { body: dear } = await client.place(buyer.token, productId);
          return (await client.order(dear.orderId, buyer.token)).totalAmount === 777;
        }, 10_000);
        assert.deepEqual(await letters(), []);
      });
      assert.deepEqual((await shop.verify()).findings, []);
    });

    it('twice and out of order: the same end of every order', async () => {
      await begin({ BUS_CHAOS: 'true' });
      const load = await beginLoad();
      await sleep(5_000);
      const result = await load.stop();
      assert.ok(result.accepted.length > 50, `only ${result.accepted.length} orders were placed`);
      await assertSound(shop, result);
      const doubled = await inDatabase(async (database) => {
        const { rows } = await database.query<{ handed: number; due: number }>(
          `select (select last_value from queue_id_seq) as handed,
             (select count(*) from event join subscription using (type)) as due`,
        );
        return rows[0] as { handed: number; due: number };
      });
      assert.ok(
        doubled.handed > doubled.due * 1.2,
        `${JSON.stringify(doubled)}: nothing was delivered twice`,
      );
    });
  });

  describe('of messages that get lost', () => {
    const cancelAfterMs = 6_000;
    before(() =>
      begin({
        BUS_CHAOS: '',
        RECONCILE_EVERY_MS: '300',
        RECONCILE_REDRIVE_AFTER_MS: '1000',
        RECONCILE_CANCEL_AFTER_MS: String(cancelAfterMs),
      }),
    );

    /** Messages to this consumer vanish while `work` runs. */
    const losing = <Result>(consumer: string, work: () => Promise<Result>): Promise<Result> =>
      inDatabase(async (database) => {
        await database.query(
          "create or replace function lose() returns trigger language plpgsql as 'begin return null; end'",
        );
        await database.query(
          `create trigger lose before insert on queue for each row when (new.consumer = '${consumer}') execute function lose()`,
        );
        try {
          return await work();
        } finally {
          await database.query('drop trigger lose on queue');
        }
      });

    for (const consumer of ['inventory-saga', 'payment-saga', 'order-saga']) {
      it(`to ${consumer}: the reconciler sets the order going again`, async () => {
        const buyer = await guest();
        const productId = await client.product(admin.token, 10);
        const orderId = await losing(consumer, async () => {
          const { body } = await client.place(buyer.token, productId);
          await sleep(500);
          assert.notEqual((await client.order(body.orderId, buyer.token)).status, 'confirmed');
          return body.orderId;
        });
        await client.until(orderId, buyer.token, 'confirmed');
        assert.deepEqual((await shop.verify()).findings, []);
      });
    }

    it('for too long: the order is cancelled and the money given back', async () => {
      const buyer = await guest();
      const productId = await client.product(admin.token, 10);
      const cancelled = await losing('order-saga', async () => {
        const { body } = await client.place(buyer.token, productId);
        return client.until(body.orderId, buyer.token, 'cancelled');
      });
      const [placed, last] = [cancelled.timeline[0], cancelled.timeline.at(-1)];
      assert.ok(Date.parse(last?.at ?? '') - Date.parse(placed?.at ?? '') >= cancelAfterMs);
      assert.match(cancelled.reason ?? '', /could not be completed in time/);
      const { facts, findings } = await shop.verify();
      assert.deepEqual(findings, []);
      const payment = facts.payments.find(({ orderId }) => orderId === cancelled.orderId);
      assert.deepEqual([payment?.captured, payment?.refunded], [1_250, 1_250]);
    });
  });

  describe('of the mail server', () => {
    it('away: orders are confirmed all the same, and their mails come when it is back, each known by its Message-ID', async () => {
      const port = await freePort();
      const login = { user: 'shop', pass: 'a password' };
      await begin({
        MAILER: 'smtp',
        SMTP_URL: `smtp://${login.user}:${encodeURIComponent(login.pass)}@127.0.0.1:${port}`,
        MAIL_FROM: 'Shop <orders@example.com>',
      });
      const buyers = await introduce(shop, 5);
      const productId = await client.product(admin.token, 100);
      const confirmed = await Promise.all(
        buyers.map(async ({ token }) => {
          const { body } = await client.place(token, productId);
          return (await client.until(body.orderId, token, 'confirmed')).orderId;
        }),
      );
      const expected = confirmed.map((orderId) => `<order.confirmed.${orderId}@shop.local>`).sort();
      // Back, but it fails after it took each mail: the shop cannot know, and has to send again.
      const forgetful = await startSmtpServer(login, { port, failAfterData: true });
      const seen = (server: typeof forgetful) =>
        [...new Set(server.received.map(({ mail }) => mail.messageId ?? ''))].sort();
      await waitFor(async () => seen(forgetful).length === 5, 20_000).finally(() => forgetful.stop());
      assert.deepEqual(seen(forgetful), expected);
      const healthy = await startSmtpServer(login, { port });
      const { findings } = await shop.verify().finally(() => healthy.stop());
      assert.deepEqual(findings, []);
      assert.deepEqual(healthy.received.map(({ mail }) => mail.messageId).sort(), expected);
      assert.deepEqual(
        healthy.received.flatMap(({ to }) => to).sort(),
        buyers.map(({ email }) => email).sort(),
      );
    });
  });
});
