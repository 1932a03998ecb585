/**
 * The shop on a cloud's stand-ins under load, while the stand-ins, and the cache where there is one, are killed alone by
 * SIGKILL or stand still: afterwards nothing accepted is lost and all that must always hold holds. The reconciler is
 * kept out of it. And a message that nobody can digest goes the whole way of a dead letter.
 *
 * It does not prove what a cloud does when it fails. Its stores do not go away as a whole and come back with what they
 * had; the stand-ins do, for they keep everything in files: what is proven is that the shop's own code goes through it.
 */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { ulid } from 'ulid';
import { makeEvent } from '../../runtime/contracts/events/make.ts';
import { findValkey, installValkey, startValkey, type Valkey } from '../../stand-ins/valkey.ts';
import { freePort } from '../support/free-port.ts';
import { createClient } from './support/client.ts';
import { type Load, startLoad } from './support/load.ts';
import { introduce, introduceAdmin } from './support/people.ts';
import { assertSound } from './support/reckoning.ts';
import { type LocalShop, startLocalShop, waitFor } from './support/shop.ts';
import { standStill } from './support/stand-still.ts';

const settings = {
  RATE_LIMIT_PER_MINUTE: '0',
  RECONCILE_REDRIVE_AFTER_MS: '3600000',
  RECONCILE_CANCEL_AFTER_MS: '3600000',
};

/** Longer than a call may take, and than a message taken is out of sight. */
const stillMs = 12_000;
describe('kill -9 of what functions stand on', function () {
  this.timeout(600_000);
  let shop: LocalShop;
  let load: Load | undefined;
  let cache: Valkey | undefined;

  before(async () => {
    if (findValkey()) cache = await startValkey({ port: await freePort() });
    shop = await startLocalShop({ ...settings, ...(cache && { CACHE_URL: cache.url }) });
  });
  const begin = async () => {
    // API Gateway answers 500 for a function that failed.
    load = await startLoad(shop, { buyers: 4, pauseMs: 200, tolerated: [500, 502] });
    return load;
  };
  afterEach(() => load?.stop());
  after(async () => {
    await shop?.close();
    await cache?.stop();
  });

  /** Reads the catalogue until it is stopped. @returns what it was answered beside 200 */
  const browse = () => {
    const client = createClient(shop.url);
    const wrong: string[] = [];
    let browsing = true;
    const browsed = (async () => {
      for (let sort = 0; browsing; sort += 1) {
        const { status } = await client.call('GET', `/api/products?sort=${sort % 2 ? 'name' : 'price'}`);
        if (status !== 200) wrong.push(`${status}`);
        await sleep(20);
      }
    })();
    return async () => {
      browsing = false;
      await browsed;
      return wrong;
    };
  };

  it('loses nothing when the stand-ins are killed alone', async () => {
    const load = await begin();
    const endBrowsing = browse();
    for (let round = 0; round < 4; round += 1) {
      await sleep(1_000 + Math.random() * 2_000);
      await shop.kill('stand-ins');
      const before = load.accepted();
      await waitFor(async () => load.accepted() > before + 5, 60_000);
    }
    const others = (await shop.processes()).filter(({ name }) => name !== 'stand-ins');
    assert.deepEqual(
      others.filter(({ restarts }) => restarts > 0).map(({ name }) => name),
      [],
      'only the stand-ins died',
    );
    assert.deepEqual(
      await endBrowsing(),
      [],
      'the catalogue is read whatever happens to documents and messages',
    );
    const result = await load.stop();
    await assertSound(shop, result);
  });

  it(`loses nothing when the stand-ins stand still for ${stillMs / 1_000} s, and what timed out may have happened`, async () => {
    const load = await begin();
    await sleep(1_000);
    const { pid } = (await shop.processes()).find(({ name }) => name === 'stand-ins') ?? {};
    const goOn = standStill(pid ?? assert.fail('there are no stand-ins'));
    await sleep(stillMs);
    goOn();
    const before = load.accepted();
    await waitFor(async () => load.accepted() > before + 10, 60_000);
    await assertSound(shop, await load.stop());
  });

  const title = 'loses nothing, and answers, when the cache is killed';
  if (!findValkey()) it(`${title} (skipped: there is none; ${installValkey})`);
  else
    it(title, async () => {
      const load = await begin();
      const endBrowsing = browse();
      for (let round = 0; round < 3; round += 1) {
        await sleep(1_000);
        await cache?.kill();
        const before = load.accepted();
        await waitFor(async () => load.accepted() > before + 5, 30_000);
        await cache?.start();
      }
      assert.deepEqual(await endBrowsing(), []);
      await assertSound(shop, await load.stop());
    });

  it('gives up a message that nobody can digest, which is shown, redriven and forgotten by command', async () => {
    const client = createClient(shop.url);
    const [admin, [buyer]] = await Promise.all([introduceAdmin(shop), introduce(shop, 1)]);
    const nobody = `USR-${ulid()}`;
    const hopeless = makeEvent('user.deleted', nobody, 1, { userId: nobody });
    const parts = await shop.parts('poison');
    await parts.publisher.publish([{ ...hopeless, data: {} } as never]);
    await parts.close();
    const productId = await client.product(admin.token, 10);
    const { body } = await client.place(buyer?.token ?? '', productId);
    await client.until(body.orderId, buyer?.token ?? '', 'confirmed');

    const dlq = async (...args: string[]) => (await shop.command('dlq', args)).output;
    const letter = async () => {
      let id = '';
      await waitFor(async () => {
        const response = await fetch(`${shop.consoleUrl}/api/dead-letters`);
        const { items } = (await response.json()) as { items: { id: string; event: { id: string } }[] };
        id = items.find(({ event }) => event.id === hopeless.id)?.id ?? '';
        return id !== '';
      }, 90_000);
      return id;
    };
    const id = await letter();
    assert.match(await dlq('list'), /notification-contacts {2}user\.deleted[\s\S]*\n1 dead letter/);
    assert.equal(JSON.parse(await dlq('show', id)).event.id, hopeless.id);
    assert.equal(await dlq('redrive', id), `${id} is on its way again\n`);
    // Nothing has mended it: it is given up again.
    const again = await letter();
    assert.equal(await dlq('purge', again), `${again} is forgotten\n`);
    assert.match(await dlq('list'), /(^|\n)0 dead letters/);
    assert.deepEqual((await shop.verify()).findings, []);
  });
});
