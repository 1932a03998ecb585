/**
 * The whole shop under load while its processes are killed by SIGKILL: at random moments, at every named point of
 * runtime/telemetry/faults.ts, and the supervisor itself. Afterwards nothing accepted is lost and all that must
 * always hold holds. The reconciler is kept out of it, so that it mends nothing that should not have broken.
 * It does not prove that data survives a loss of power: the operating system keeps what a killed process wrote.
 * LONG=1 kills each process 20 times and at each point 10 times; without it once.
 */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from './support/client.ts';
import { type Load, startLoad } from './support/load.ts';
import { introduce, introduceAdmin, type Person } from './support/people.ts';
import { assertSound } from './support/reckoning.ts';
import { type LocalShop, startLocalShop, waitFor } from './support/shop.ts';

const long = Boolean(process.env.LONG);
/** Of each process, at random moments. */
const killsEach = long ? 20 : 1;
/** At each named point. */
const killsAtPoint = long ? 10 : 1;
/** Between two random kills, at most, in milliseconds. A process that lived 10 s is brought back without delay. */
const pauseMs = long ? 1_200 : 500;

const settings = {
  RATE_LIMIT_PER_MINUTE: '0',
  RECONCILE_REDRIVE_AFTER_MS: '3600000',
  RECONCILE_CANCEL_AFTER_MS: '3600000',
};
const processes = ['user', 'product', 'functions', 'gateway', 'console', 'postgres'];

/** A point of the functions with the pass it dies on, and one of an outbox (user and product). */
const points = [
  ['http.before-commit:15', 'outbox.before-publish:4'],
  ['http.after-commit:15', 'outbox.after-publish:4'],
  ['consumer.before-commit:40', 'outbox.before-publish:3'],
  ['consumer.after-commit:40', 'outbox.after-publish:3'],
  ['payment.after-provider:10', 'outbox.before-publish:5'],
  ['notification.after-send:10', 'outbox.after-publish:5'],
] as const;

describe('kill -9 under load', function () {
  this.timeout(long ? 900_000 : 150_000);
  let shop: LocalShop;
  let load: Load | undefined;

  before(async () => {
    shop = await startLocalShop(settings);
  });
  const begin = async () => {
    load = await startLoad(shop, { tolerated: [502] });
    return load;
  };
  // Also that of a test that failed: the shop must be there until it has ended.
  afterEach(() => load?.stop());
  after(() => shop?.close());

  it('takes a payment that was under way up again within seconds', async () => {
    const client = createClient(shop.url);
    const [buyer, admin] = [(await introduce(shop, 1))[0] as Person, await introduceAdmin(shop)];
    const productId = await client.product(admin.token, 5);
    const { body } = await client.place(buyer.token, productId, { paymentMethod: 'pm_sim_timeout' });
    await client.until(body.orderId, buyer.token, 'reserved');
    // By now its batch no longer waits for it.
    await sleep(1_000);
    await shop.kill('functions');
    const began = Date.now();
    await client.until(body.orderId, buyer.token, 'confirmed');
    assert.ok(Date.now() - began < 15_000, `it took ${Date.now() - began} ms`);
  });

  /** Restarts of a process so far, as the supervisor counts them. */
  const restartsOf = async (...names: string[]) =>
    (await shop.processes())
      .filter(({ name }) => names.includes(name))
      .reduce((sum, { restarts }) => sum + restarts, 0);

  it(`loses nothing when each process is killed ${killsEach === 1 ? 'once' : `${killsEach} times`} at random`, async () => {
    const load = await begin();
    const before = await Promise.all(processes.map((name) => restartsOf(name)));
    for (let round = 0; round < killsEach; round += 1) {
      for (const name of shuffled(processes)) {
        await sleep(Math.random() * pauseMs);
        await shop.kill(name);
      }
    }
    const restarts = await Promise.all(processes.map((name) => restartsOf(name)));
    assert.deepEqual(
      restarts,
      before.map((number) => number + killsEach),
    );
    const result = await load.stop();
    assert.ok(result.accepted.length > 10 * killsEach, `only ${result.accepted.length} orders were placed`);
    await assertSound(shop, result);
  });

  it('loses nothing when the supervisor is killed, nor at any named point', async () => {
    const load = await begin();
    for (const killAt of points) {
      await sleep(Math.random() * pauseMs);
      shop = await shop.restart('SIGKILL', { KILL_AT: killAt.join(',') });
      await waitFor(async () => {
        const [functions, outboxes] = [await restartsOf('functions'), await restartsOf('user', 'product')];
        return functions >= killsAtPoint && outboxes >= Math.ceil(killsAtPoint / 2);
      }, 30_000 * killsAtPoint).catch((error: Error) => {
        throw new Error(`too few kills at ${killAt.join(' and ')}: ${error.message}`);
      });
    }
    shop = await shop.restart('SIGKILL', { KILL_AT: '' });
    const result = await load.stop();
    assert.ok(
      result.accepted.length > points.length * 10,
      `only ${result.accepted.length} orders were placed`,
    );
    await assertSound(shop, result);
  });
});

function shuffled<Item>(items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item);
}
