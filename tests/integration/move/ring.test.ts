/**
 * Running shops, each after the other: local, aws, azure and local again, with the `move` command between them. Each
 * goes on from where the last one was: who has an account logs in, an order can be cancelled and is paid back, what
 * was for sale is sold. The command is killed by SIGKILL in the middle and begun again. Stand-ins take the clouds'
 * place, also where a shop is read as a deployed one by its settings: no identity and no administration client of a cloud
 * is asked. With --long only: it takes a minute.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BackendName } from '../../../local/backends/names.ts';
import { type Buyer, type Client, createClient } from '../../e2e/support/client.ts';
import { type LocalShop, startLocalShop } from '../../e2e/support/shop.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

interface Ended {
  readonly code: number | string;
  readonly output: string;
}

function node(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      args as string[],
      { cwd: root, env: { ...process.env, ...env } },
      (error, stdout, stderr) => {
        resolve({ code: error ? (error.signal ?? error.code ?? 1) : 0, output: stdout + stderr });
      },
    );
  });
}

const credentials = { AWS_ACCESS_KEY_ID: 'standin', AWS_SECRET_ACCESS_KEY: 'standin' };

const move = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  node(['operations/move/command.ts', ...args], { ...credentials, ...env });

async function succeed(running: Promise<Ended>): Promise<string> {
  const { code, output } = await running;
  assert.equal(code, 0, output);
  return output;
}

describe('a ring of moves between running shops', function () {
  this.timeout(400_000);
  const open = new Set<LocalShop>();
  let folders: string;
  let shop: LocalShop;
  let client: Client;
  let place: string;
  let buyer: Buyer;
  let productId: string;
  /** Confirmed, at the shop where it was placed last. */
  let bought: string;

  const start = async (on: BackendName) => {
    const started = await startLocalShop({ CATALOGUE: 'none', RATE_LIMIT_PER_MINUTE: '0' }, on);
    open.add(started);
    return { started, place: `${on}:${started.dataDir}` };
  };
  /** The shop that runs now as one that is deployed: by the settings of its workloads. */
  const deployed = async () => {
    const { cloud, databases } = shop.info;
    const settings = { ...cloud, USER_DATABASE_URL: databases.user, PRODUCT_DATABASE_URL: databases.product };
    const file = join(folders, `${cloud.SHOP_BACKEND}.env`);
    const lines = Object.entries(settings).map(([name, value]) => `${name}="${value}"\n`);
    await writeFile(file, lines.join(''));
    return `env:${file}`;
  };
  const buy = async (more: Record<string, unknown> = {}) => {
    const { status, body } = await client.place(buyer.token, productId, more);
    assert.equal(status, 201);
    return (await client.until(body.orderId, buyer.token, 'confirmed', 'rejected')).orderId;
  };
  const sound = async () => assert.deepEqual((await shop.verify()).findings, []);
  /** Lives in the shop that everything was moved to. */
  const goOn = async (to: { readonly started: LocalShop; readonly place: string }) => {
    await shop.close();
    open.delete(shop);
    ({ started: shop, place } = to);
    client = createClient(shop.url);
    await sound();
    buyer = { ...buyer, token: await client.login(buyer.username, buyer.password) };
    const again = await client.place(buyer.token, productId, { key: 'the-first' });
    assert.equal(again.body.orderId, first);
    const cancelled = await client.call('POST', `/api/orders/${bought}/cancel`, { token: buyer.token });
    assert.equal(cancelled.status, 200);
    bought = await buy();
    await sound();
    const { body } = await client.call<{ items: { status: string }[] }>('GET', '/api/orders?limit=100', {
      token: buyer.token,
    });
    placed += 1;
    givenUp += 1;
    assert.equal(body.items.length, placed);
    assert.equal(body.items.filter(({ status }) => status === 'cancelled').length, givenUp);
  };
  let first: string;
  /** Orders of the buyer so far, and those of them that were cancelled. */
  let placed = 33;
  let givenUp = 1;

  before(async () => {
    folders = await mkdtemp(join(tmpdir(), 'shop-ring-'));
    for (const cloud of ['aws', 'azure']) await succeed(node(['scripts/build.ts', cloud]));
    ({ started: shop, place } = await start('local'));
    client = createClient(shop.url);
    const secret = { ADMIN_PASSWORD: 'a long passphrase' };
    const made = await shop.command(
      'admin',
      ['create', '--username', 'root', '--email', 'root@example.com'],
      secret,
    );
    assert.equal(made.code, 0, made.output);
    const admin = await client.login('root', secret.ADMIN_PASSWORD);
    productId = await client.product(admin, 100);
    buyer = await client.buyer();
    first = await buy({ key: 'the-first' });
    await Promise.all(Array.from({ length: 29 }, () => buy()));
    await buy({ paymentMethod: 'pm_card_chargeDeclined' });
    const cancelled = await buy();
    await client.call('POST', `/api/orders/${cancelled}/cancel`, { token: buyer.token });
    bought = await buy();
    await sound();
  });
  after(async () => {
    for (const each of open) await each.close();
    await rm(folders, { recursive: true, force: true });
  });

  it('takes nothing from a shop with an order on its way, and waits for it', async () => {
    const { body } = await client.place(buyer.token, productId, { paymentMethod: 'pm_sim_timeout' });
    const folder = join(folders, 'local');
    const refused = await move(['export', '--from', place, '--folder', folder, '--wait', '0']);
    assert.notEqual(refused.code, 0);
    assert.match(refused.output, /is not at rest/);
    assert.match(await succeed(move(['export', '--from', place, '--folder', folder])), /waiting for .* rest/);
    assert.equal((await client.order(body.orderId, buyer.token)).status, 'confirmed');
    placed += 1;
  });

  it('is begun again after kill -9 in the middle of it, and goes on: local to aws', async () => {
    const to = await start('aws');
    const args = ['import', '--folder', join(folders, 'local'), '--to', to.place];
    for (const batches of [1, 3, 5]) {
      const killed = await move(args, { KILL_AT: `move.after-write:${batches}` });
      assert.equal(killed.code, 'SIGKILL', killed.output);
    }
    assert.match(await succeed(move(args)), /were there.*everything holds/s);
    assert.doesNotMatch(await succeed(move(args)), /[1-9]\d* written/);
    await goOn(to);
  });

  it('aws to azure', async () => {
    const to = await start('azure');
    const args = ['--from', await deployed(), '--to', to.place];
    const { body } = await client.place(buyer.token, productId, { paymentMethod: 'pm_sim_timeout' });
    assert.match((await move([...args, '--wait', '0'])).output, /is not at rest/);
    await client.until(body.orderId, buyer.token, 'confirmed');
    placed += 1;
    const output = await succeed(move(args));
    assert.match(output, /it holds hashes of passwords/);
    assert.doesNotMatch(output, /argon2/);
    await goOn(to);
  });

  it('azure to local; and what has been open takes nothing more', async () => {
    const to = await start('local');
    const folder = join(folders, 'azure');
    await succeed(move(['export', '--from', await deployed(), '--folder', folder]));
    await succeed(move(['check', '--folder', folder, '--to', await deployed()]));
    await succeed(move(['--from', place, '--to', to.place]));
    await goOn(to);
    const refused = await move(['import', '--folder', folder, '--to', place]);
    assert.match(refused.output, /is a shop of its own: 1 of its orders/);
    assert.notEqual(refused.code, 0);
  });
});
