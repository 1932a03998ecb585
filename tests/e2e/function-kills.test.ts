/**
 * The shop on a cloud's stand-ins under load, while each function's process, what calls them and the containers are
 * killed by SIGKILL, and then the supervisor, with which everything ends: afterwards nothing accepted is lost and all
 * that must always hold holds. The reconciler is kept out of it. It does not prove what a cloud itself does when it
 * fails: its stand-ins die here with the supervisor only, and alone in stand-in-kills.test.ts.
 * LONG=1 kills each five times, then the supervisor three times, and has the functions die at every named point of
 * runtime/telemetry/faults.ts. Without it each process is killed once.
 */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Load, startLoad } from './support/load.ts';
import { assertSound } from './support/reckoning.ts';
import { type LocalShop, shopOn, startLocalShop, waitFor } from './support/shop.ts';

const victims = [
  ...['order', 'inventory', 'payment', 'notification'],
  // On Azure a function's host is part of its process.
  ...(shopOn === 'aws' ? ['lambda-host'] : []),
  ...['user', 'product', 'gateway', 'console'],
];

const long = Boolean(process.env.LONG);
/** Of each process. */
const kills = long ? 5 : 1;
const supervisorKills = 3;

/** Of each victim, at each point, at least. */
const killsAtPoint = 1;
const everyone = ['order', 'inventory', 'payment', 'notification'];
/** A point with the pass that is the last, and who passes it. */
const points: Readonly<Record<string, readonly string[]>> = {
  'http.before-commit:15': ['order'],
  'http.after-commit:15': ['order'],
  'consumer.before-commit:25': everyone,
  'consumer.after-commit:25': everyone,
  'outbox.before-publish:15': ['order', 'inventory', 'payment', 'product'],
  'outbox.after-publish:15': ['order', 'inventory', 'payment', 'product'],
  'payment.after-provider:8': ['payment'],
  'notification.after-send:8': ['notification'],
};

const title = 'kill -9 of functions under load';
describe(long ? title : `${title} (npm run test:all kills the supervisor, too)`, function () {
  this.timeout(long ? 600_000 : 150_000);
  let shop: LocalShop;
  let load: Load | undefined;

  before(async () => {
    shop = await startLocalShop({
      RATE_LIMIT_PER_MINUTE: '0',
      RECONCILE_REDRIVE_AFTER_MS: '3600000',
      RECONCILE_CANCEL_AFTER_MS: '3600000',
    });
  });
  afterEach(() => load?.stop());
  after(() => shop?.close());

  it(`loses nothing when each process is killed ${kills === 1 ? 'once' : `${kills} times`}`, async () => {
    // API Gateway answers 500 for a function that failed.
    load = await startLoad(shop, { buyers: 4, pauseMs: 200, tolerated: [500, 502] });
    for (let round = 0; round < kills; round += 1)
      for (const name of victims) {
        await sleep(Math.random() * 400);
        await shop.kill(name);
      }
    const restarts = (await shop.processes()).filter(({ name }) => victims.includes(name));
    assert.deepEqual(
      restarts.map(({ restarts }) => restarts),
      victims.map(() => kills),
    );
    const result = await load.stop();
    assert.ok(result.accepted.length > 10, `only ${result.accepted.length} orders were placed`);
    await assertSound(shop, result);
  });

  const supervisor = async () => {
    load = await startLoad(shop, { buyers: 4, pauseMs: 200, tolerated: [500, 502] });
    for (let round = 0; round < supervisorKills; round += 1) {
      await sleep(1_000 + Math.random() * 2_000);
      shop = await shop.restart('SIGKILL');
    }
    const result = await load.stop();
    assert.ok(result.accepted.length > 10, `only ${result.accepted.length} orders were placed`);
    await assertSound(shop, result);
  };
  if (long) it('loses nothing when the supervisor is killed', supervisor);

  const atPoints = async () => {
    load = await startLoad(shop, { buyers: 4, pauseMs: 200, tolerated: [500, 502] });
    for (const [killAt, dying] of Object.entries(points)) {
      shop = await shop.restart('SIGKILL', { KILL_AT: killAt });
      const missing = async () =>
        (await shop.processes())
          .filter(({ name, restarts }) => dying.includes(name) && restarts < killsAtPoint)
          .map(({ name, restarts }) => `${name} (${restarts})`);
      await waitFor(async () => (await missing()).length === 0, 90_000).catch(async () => {
        assert.fail(`too few kills at ${killAt}: ${await missing()}`);
      });
    }
    shop = await shop.restart('SIGKILL', { KILL_AT: '' });
    const result = await load.stop();
    assert.ok(result.accepted.length > 50, `only ${result.accepted.length} orders were placed`);
    await assertSound(shop, result);
  };
  if (long) it('loses nothing at any named point', atPoints);
});
