/**
 * Proves: the user service's own process says when it is ready, publishes its events to the bus, stops cleanly
 * on SIGTERM with its work done, ends at once without its supervisor, and names a setting that is wrong.
 * Does not prove: restarts by the supervisor, nor the readiness during a stop that hangs.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listEvents } from '../../../runtime/adapters/local/bus.ts';
import { migrateShopDatabase } from '../../../runtime/adapters/local/shop-database.ts';
import { Database } from '../../../runtime/sql/pool.ts';
import { generateSigningKey, type StoredKey } from '../../../services/user/keys.ts';
import { freePort } from '../../support/free-port.ts';
import { freshDatabase } from '../../support/postgres.ts';
import { password } from './support.ts';

describe('the user process', () => {
  let folder: string;
  let env: Record<string, string>;
  let shop: Database;
  const children = new Set<ChildProcess>();
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'shop-user-'));
    const keysFile = join(folder, 'keys.json');
    await writeFile(keysFile, JSON.stringify({ keys: [await generateSigningKey()] }), { mode: 0o600 });
    const shopUrl = await freshDatabase();
    await migrateShopDatabase(shopUrl);
    shop = new Database({ url: shopUrl, name: 'test' });
    env = {
      PATH: process.env.PATH ?? '',
      PORT: String(await freePort()),
      TOKEN_ISSUER: 'http://shop.test',
      USER_DATABASE_URL: await freshDatabase(),
      SHOP_DATABASE_URL: shopUrl,
      TOKEN_KEYS_FILE: keysFile,
    };
  });
  after(async () => {
    for (const child of children) child.kill('SIGKILL');
    await shop.close();
    await rm(folder, { recursive: true });
  });

  const start = (over: Record<string, string> = {}) => {
    const child = fork('local/processes/user.ts', [], { env: { ...env, ...over }, silent: true });
    children.add(child);
    let output = '';
    child.stdout?.on('data', (data) => {
      output += data;
    });
    child.stderr?.on('data', (data) => {
      output += data;
    });
    return { child, output: () => output, exited: once(child, 'exit') };
  };
  const ready = async (started: ReturnType<typeof start>) => {
    const [message] = await Promise.race([
      once(started.child, 'message'),
      started.exited.then(() => assert.fail(started.output())),
    ]);
    assert.deepEqual(message, { type: 'ready' });
    return `http://127.0.0.1:${env.PORT}`;
  };
  const register = (url: string, username: string) =>
    fetch(`${url}/api/users/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username, email: `${username}@example.com`, password }),
    });

  it('serves once it says so, publishes its events, and stops on SIGTERM with its work done', async () => {
    const started = start();
    const url = await ready(started);
    assert.equal((await fetch(`${url}/ready`)).status, 200);
    const answer = await register(url, 'ann');
    assert.equal(answer.status, 201);
    const { id } = (await answer.json()) as { id: string };
    const deadline = Date.now() + 5_000;
    for (;;) {
      const events = await listEvents(shop, id);
      if (events.length > 0) {
        assert.deepEqual(
          events.map((event) => event.type),
          ['user.registered'],
        );
        break;
      }
      assert.ok(Date.now() < deadline, `published within 5 s; ${started.output()}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }

    // More passwords than can be hashed until the signal comes.
    const underWay = Array.from({ length: 30 }, (_, index) => register(url, `bob${index}`));
    // While the first is hashed, the others have all arrived.
    await Promise.race(underWay);
    started.child.kill('SIGTERM');
    for (const each of await Promise.all(underWay)) assert.equal(each.status, 201);
    assert.deepEqual(await started.exited, [0, null]);
    await assert.rejects(fetch(`${url}/ready`));
    assert.ok(!started.output().includes(password));
  });

  it('reads its keys again on SIGHUP, and goes on', async () => {
    const started = start();
    const url = await ready(started);
    const kids = async () => {
      const answer = await fetch(`${url}/.well-known/jwks.json`);
      return ((await answer.json()) as { keys: { kid: string }[] }).keys.map((key) => key.kid);
    };
    const file = env.TOKEN_KEYS_FILE as string;
    const { keys } = JSON.parse(await readFile(file, 'utf8')) as { keys: StoredKey[] };
    const wanted = [...keys, await generateSigningKey()];
    await writeFile(file, JSON.stringify({ keys: wanted }));
    started.child.kill('SIGHUP');
    const deadline = Date.now() + 5_000;
    while ((await kids()).length < wanted.length) {
      assert.ok(Date.now() < deadline, 'read within 5 s');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.deepEqual(
      await kids(),
      wanted.map((key) => key.kid),
    );
    started.child.kill('SIGTERM');
    assert.deepEqual(await started.exited, [0, null]);
  });

  it('ends at once when its supervisor is gone', async () => {
    const started = start();
    await ready(started);
    started.child.disconnect();
    assert.deepEqual(await started.exited, [1, null]);
  });

  for (const [what, over, expected] of [
    ['a setting that is missing', { USER_DATABASE_URL: '' }, /USER_DATABASE_URL/],
    ['a setting that is no number', { TOKEN_LIFETIME_SECONDS: 'soon' }, /TOKEN_LIFETIME_SECONDS/],
    ['a key file that is not there', { TOKEN_KEYS_FILE: '/nowhere' }, /TOKEN_KEYS_FILE: \/nowhere/],
  ] as const) {
    it(`names ${what}, and ends with 1`, async () => {
      const started = start(over);
      assert.deepEqual(await started.exited, [1, null]);
      assert.match(started.output(), expected);
    });
  }

  it('names the port that is taken', async () => {
    const first = start();
    await ready(first);
    const second = start();
    assert.deepEqual(await second.exited, [1, null]);
    assert.match(second.output(), /HOST, PORT.*EADDRINUSE/);
    first.child.kill('SIGTERM');
    assert.deepEqual(await first.exited, [0, null]);
  });
});
