import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { ulid } from 'ulid';
import type { Cache } from '../../runtime/ports/cache.ts';
import { type ContractCase, describeContract } from './case.ts';

const minute = 60_000;

/** A load that counts its calls and answers when it is told to. */
function slowLoad<Value extends {}>() {
  const settle: { resolve(value: Value): void; reject(error: Error): void }[] = [];
  let begun = () => {};
  const started = new Promise<void>((resolve) => {
    begun = resolve;
  });
  return {
    started,
    calls: () => settle.length,
    load: () =>
      new Promise<Value>((resolve, reject) => {
        settle.push({ resolve, reject });
        begun();
      }),
    resolve: (value: Value) => settle.at(-1)?.resolve(value),
    reject: (error: Error) => settle.at(-1)?.reject(error),
  };
}

const is =
  <Value extends {}>(value: Value) =>
  async () =>
    value;

/** `key` makes names that no other case uses, so that a shared cache need not be emptied between cases. */
const cases: [string, (cache: Cache, key: (name: string) => string) => Promise<void>][] = [
  [
    'loads once, then answers from what it kept',
    async (cache, key) => {
      assert.equal(await cache.getOrLoad(key('a'), minute, is('first')), 'first');
      assert.equal(await cache.getOrLoad(key('a'), minute, is('second')), 'first');
    },
  ],
  [
    'keeps what one key holds from another',
    async (cache, key) => {
      await cache.getOrLoad(key('a'), minute, is('a'));
      assert.equal(await cache.getOrLoad(key('aa'), minute, is('aa')), 'aa');
      assert.equal(await cache.getOrLoad(key('a'), minute, is('other')), 'a');
    },
  ],
  [
    'gives back text, numbers, objects and bytes as they were loaded',
    async (cache, key) => {
      const values = ['Ünïcode ✓', '', 0, 12.5, { list: [1, 'two', null], deep: { yes: true } }];
      for (const [index, value] of values.entries()) {
        await cache.getOrLoad(key(`v${index}`), minute, is(value));
        assert.deepEqual(await cache.getOrLoad(key(`v${index}`), minute, is('lost')), value);
      }
      const answer = { etag: '"x"', body: Buffer.from([0, 255, 10, 128]) };
      await cache.getOrLoad(key('bytes'), minute, is(answer));
      const kept = await cache.getOrLoad(key('bytes'), minute, is({ etag: '', body: Buffer.alloc(0) }));
      assert.equal(kept.etag, '"x"');
      assert.ok(Buffer.isBuffer(kept.body));
      assert.deepEqual([...kept.body], [0, 255, 10, 128]);
    },
  ],
  [
    'loads a key once for all who ask at the same time',
    async (cache, key) => {
      const { load, calls, resolve, started } = slowLoad<string>();
      const answers = Promise.all(
        Array.from({ length: 50 }, () => cache.getOrLoad(key('hot'), minute, load)),
      );
      await started;
      await sleep(30);
      assert.equal(calls(), 1);
      resolve('shared');
      assert.deepEqual(new Set(await answers), new Set(['shared']));
    },
  ],
  [
    'does not let one key wait for the load of another',
    async (cache, key) => {
      const slow = slowLoad<string>();
      const waiting = cache.getOrLoad(key('slow'), minute, slow.load);
      await slow.started;
      assert.equal(await cache.getOrLoad(key('quick'), minute, is('quick')), 'quick');
      slow.resolve('slow');
      assert.equal(await waiting, 'slow');
    },
  ],
  [
    'hands a failing load’s error to all who wait for it, and keeps nothing',
    async (cache, key) => {
      const failing = slowLoad<string>();
      const waiting = Promise.allSettled([
        cache.getOrLoad(key('a'), minute, failing.load),
        cache.getOrLoad(key('a'), minute, failing.load),
      ]);
      await failing.started;
      await sleep(20);
      failing.reject(new Error('no database'));
      for (const result of await waiting) {
        assert.equal(result.status, 'rejected');
        assert.match(String(result.reason), /no database/);
      }
      assert.equal(await cache.getOrLoad(key('a'), minute, is('back')), 'back');
    },
  ],
  [
    'loads anew when the time to live is over',
    async (cache, key) => {
      await cache.getOrLoad(key('brief'), 60, is('old'));
      await sleep(150);
      assert.equal(await cache.getOrLoad(key('brief'), 60, is('new')), 'new');
    },
  ],
  [
    'keeps nothing when the time to live is zero',
    async (cache, key) => {
      await cache.getOrLoad(key('never'), 0, is('old'));
      assert.equal(await cache.getOrLoad(key('never'), 0, is('new')), 'new');
    },
  ],
  [
    'forgets every key that begins with the prefix, and no other',
    async (cache, key) => {
      for (const name of ['list:1', 'list:2', 'list', 'product:1'])
        await cache.getOrLoad(key(name), minute, is('old'));
      await cache.invalidate(key('list:'));
      assert.equal(await cache.getOrLoad(key('list:1'), minute, is('new')), 'new');
      assert.equal(await cache.getOrLoad(key('list:2'), minute, is('new')), 'new');
      assert.equal(await cache.getOrLoad(key('list'), minute, is('new')), 'old');
      assert.equal(await cache.getOrLoad(key('product:1'), minute, is('new')), 'old');
    },
  ],
  [
    'takes a prefix letter by letter, not as a pattern',
    async (cache, key) => {
      for (const name of ['abc', 'a*c', 'a%c', '[ab]c']) await cache.getOrLoad(key(name), minute, is('old'));
      for (const pattern of ['a*', 'a%', 'a_', 'a?', '[ab]']) await cache.invalidate(key(pattern));
      assert.equal(await cache.getOrLoad(key('abc'), minute, is('new')), 'old');
      assert.equal(await cache.getOrLoad(key('a*c'), minute, is('new')), 'new');
      assert.equal(await cache.getOrLoad(key('a%c'), minute, is('new')), 'new');
      assert.equal(await cache.getOrLoad(key('[ab]c'), minute, is('new')), 'new');
    },
  ],
  [
    'does not keep a load that was invalidated while under way',
    async (cache, key) => {
      const stale = slowLoad<string>();
      const waiting = cache.getOrLoad(key('list:1'), minute, stale.load);
      await stale.started;
      await cache.invalidate(key('list:'));
      stale.resolve('stale');
      assert.equal(await waiting, 'stale');
      assert.equal(await cache.getOrLoad(key('list:1'), minute, is('fresh')), 'fresh');
    },
  ],
  [
    'starts a new load for who asks after the invalidation, and keeps that one',
    async (cache, key) => {
      const stale = slowLoad<string>();
      const fresh = slowLoad<string>();
      const before = cache.getOrLoad(key('a'), minute, stale.load);
      await stale.started;
      await cache.invalidate(key('a'));
      const after = cache.getOrLoad(key('a'), minute, fresh.load);
      await Promise.race([fresh.started, sleep(1_000)]);
      assert.equal(fresh.calls(), 1);
      fresh.resolve('fresh');
      assert.equal(await after, 'fresh');
      stale.resolve('stale');
      assert.equal(await before, 'stale');
      assert.equal(await cache.getOrLoad(key('a'), minute, is('lost')), 'fresh');
    },
  ],
  [
    'keeps a load under way when something else is invalidated',
    async (cache, key) => {
      const loading = slowLoad<string>();
      const waiting = cache.getOrLoad(key('product:1'), minute, loading.load);
      await loading.started;
      await cache.invalidate(key('list:'));
      loading.resolve('kept');
      await waiting;
      assert.equal(await cache.getOrLoad(key('product:1'), minute, is('new')), 'kept');
    },
  ],
  [
    'shows at once, if it can at all, what it keeps and nothing else',
    async (cache, key) => {
      if (!cache.peek) return;
      const loading = slowLoad<string>();
      const waiting = cache.getOrLoad(key('a'), minute, loading.load);
      await loading.started;
      assert.equal(cache.peek(key('a')), undefined);
      loading.resolve('kept');
      await waiting;
      assert.equal(cache.peek(key('a')), 'kept');
      assert.equal(cache.peek(key('b')), undefined);
      await cache.invalidate(key('a'));
      assert.equal(cache.peek(key('a')), undefined);
      await cache.getOrLoad(key('brief'), 60, is('old'));
      await sleep(150);
      assert.equal(cache.peek(key('brief')), undefined);
    },
  ],
];

/** Longest that a case may take, in milliseconds: a faulty cache may leave it waiting for ever. */
const caseDeadlineMs = 2_000;

async function inTime(work: Promise<void>): Promise<void> {
  const timer = new AbortController();
  const late = sleep(caseDeadlineMs, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`not done after ${caseDeadlineMs} ms`);
  });
  await Promise.race([work, late]).finally(() => {
    timer.abort();
    late.catch(() => {});
  });
}

/** The promises of the cache port. They say nothing of a cache that is dead: that is the adapter's own test. */
export const cacheCases: readonly ContractCase<Cache>[] = cases.map(([title, run]) => ({
  title,
  run: (cache) => {
    const own = `contract-${ulid()}/`;
    return inTime(run(cache, (name) => own + name));
  },
}));

export function describeCache(
  name: string,
  makeCache: () => Promise<Cache>,
  close: (cache: Cache) => Promise<void> = async () => {},
): void {
  describeContract(name, cacheCases, makeCache, close);
}
