/**
 * The cache contract on the in-process adapter, the adapter's bound on memory, and the contract itself against
 * caches with planted faults. It does not prove anything of a cache behind a network, nor of its failing.
 */
import assert from 'node:assert/strict';
import { createLocalCache } from '../../runtime/adapters/local/cache.ts';
import type { Cache } from '../../runtime/ports/cache.ts';
import { cacheCases, describeCache } from './cache.ts';
import { failingCases } from './case.ts';

describeCache('the cache in process', async () => createLocalCache());

describe('the cache in process', () => {
  it('stays within its bytes, and gives up what was used least recently', async () => {
    const cache = createLocalCache({ maxBytes: 100_000 });
    const load = (key: string) => cache.getOrLoad(key, 60_000, async () => Buffer.alloc(10_000));
    for (let i = 0; i < 50; i += 1) {
      await load(`k${i}`);
      await load('k0');
    }
    const { misses } = cache.statistics();
    assert.equal(misses, 50);
    await load('k0');
    await load('k49');
    assert.equal(cache.statistics().misses, misses);
    await load('k1');
    assert.equal(cache.statistics().misses, misses + 1);
  });

  it('answers what is larger than all of it, and does not keep it', async () => {
    const cache = createLocalCache({ maxBytes: 1_000 });
    const load = () => cache.getOrLoad('big', 60_000, async () => Buffer.alloc(5_000));
    assert.equal((await load()).length, 5_000);
    await load();
    assert.deepEqual(cache.statistics(), { hits: 0, misses: 2 });
  });

  it('counts hits and misses, and a shared load as one miss', async () => {
    const cache = createLocalCache();
    const load = () => cache.getOrLoad('a', 60_000, async () => 'a');
    await Promise.all([load(), load(), load()]);
    await load();
    assert.deepEqual(cache.statistics(), { hits: 3, misses: 1 });
  });
});

/** Caches that break one promise each, as a careless one would, and the case that must notice. */
const faults: Record<string, { make: () => Cache; noticedBy: RegExp }> = {
  'has no single flight': {
    make: () => {
      const kept = new Map<string, NonNullable<unknown>>();
      return {
        async getOrLoad<Value extends {}>(key: string, ttlMs: number, load: () => Promise<Value>) {
          const value = (kept.get(key) as Value) ?? (await load());
          if (ttlMs > 0) kept.set(key, value);
          return value;
        },
        async invalidate(prefix) {
          for (const key of kept.keys()) if (key.startsWith(prefix)) kept.delete(key);
        },
      };
    },
    noticedBy: /loads a key once/,
  },
  'keeps failures': { make: () => promises({ keepFailures: true }), noticedBy: /failing load/ },
  'keeps loads that were invalidated': {
    make: () => promises({ keepInvalidated: true }),
    noticedBy: /invalidated while under way/,
  },
  'ignores the time to live': {
    make: () => promises({ ignoreTtl: true }),
    noticedBy: /time to live is over/,
  },
  'keeps nothing': {
    make: () => ({ getOrLoad: (_key, _ttl, load) => load(), invalidate: async () => {} }),
    noticedBy: /loads once/,
  },
  'forgets everything at every invalidation': {
    make: () => {
      const cache = createLocalCache();
      return { ...cache, invalidate: () => cache.invalidate('') };
    },
    noticedBy: /and no other/,
  },
  'loads one key after the other': {
    make: () => {
      const cache = createLocalCache();
      let queue: Promise<unknown> = Promise.resolve();
      return {
        ...cache,
        getOrLoad(key, ttlMs, load) {
          const answer = queue.then(() => cache.getOrLoad(key, ttlMs, load));
          queue = answer.catch(() => {});
          return answer;
        },
      };
    },
    noticedBy: /wait for the load of another/,
  },
  'shows what was invalidated': {
    make: () => {
      const cache = createLocalCache();
      const seen = new Map<string, unknown>();
      return {
        ...cache,
        getOrLoad: async (key, ttlMs, load) => {
          const value = await cache.getOrLoad(key, ttlMs, load);
          seen.set(key, value);
          return value;
        },
        peek: (key) => seen.get(key) as never,
      };
    },
    noticedBy: /shows at once/,
  },
  'goes through JSON': {
    make: () => {
      const cache = createLocalCache();
      return {
        ...cache,
        getOrLoad: async (key, ttlMs, load) =>
          JSON.parse(await cache.getOrLoad(key, ttlMs, async () => JSON.stringify(await load()))),
      };
    },
    noticedBy: /bytes/,
  },
};

/** A plain map of promises: right until one of its faults is switched on. */
function promises(fault: { keepFailures?: true; keepInvalidated?: true; ignoreTtl?: true }): Cache {
  const kept = new Map<string, { value: Promise<NonNullable<unknown>>; until: number; settled: boolean }>();
  return {
    async getOrLoad<Value extends {}>(key: string, ttlMs: number, load: () => Promise<Value>) {
      const known = kept.get(key);
      if (known && (fault.ignoreTtl || !known.settled || known.until > Date.now()))
        return (await known.value) as Value;
      const entry = { value: load(), until: Date.now() + ttlMs, settled: false };
      kept.set(key, entry);
      entry.value.then(
        () => {
          entry.settled = true;
        },
        () => {
          if (!fault.keepFailures) kept.delete(key);
        },
      );
      return (await entry.value) as Value;
    },
    async invalidate(prefix) {
      for (const [key, entry] of kept) {
        if (key.startsWith(prefix) && (entry.settled || !fault.keepInvalidated)) kept.delete(key);
      }
    },
  };
}

describe('the cache contract', function () {
  this.timeout(60_000);

  it('passes a plain right cache', async () => {
    assert.deepEqual(
      await failingCases(
        cacheCases,
        async () => promises({}),
        async () => {},
      ),
      [],
    );
  });

  for (const [title, { make, noticedBy }] of Object.entries(faults)) {
    it(`turns red on a cache that ${title}`, async () => {
      const failing = await failingCases(
        cacheCases,
        async () => make(),
        async () => {},
      );
      assert.ok(
        failing.some((failed) => noticedBy.test(failed)),
        `failing: ${failing.join('; ')}`,
      );
    });
  }
});
