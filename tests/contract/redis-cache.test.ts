/**
 * The cache contract on a real Redis or Valkey server, with planted faults, and what the adapter does when the
 * server is killed, halted, started anew, full or closed to it, and with a second process on the same server.
 *
 * It does not prove TLS, nor what ElastiCache Serverless and Azure Managed Redis limit: there the scripts, the
 * one hash tag and the commands they use (ZMSCORE, TIME) are taken from the documentation.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createClient } from '@redis/client';
import { openRedisCache, type RedisCache } from '../../runtime/adapters/shared/redis-cache.ts';
import { maxLogLength } from '../../runtime/adapters/shared/redis-cache-scripts.ts';
import type { Cache } from '../../runtime/ports/cache.ts';
import { createLogger } from '../../runtime/telemetry/log.ts';
import {
  findValkey,
  installValkey,
  startValkey,
  type Valkey,
  type ValkeyOptions,
} from '../../stand-ins/valkey.ts';
import type { CacheOrder } from '../support/cache-child.ts';
import { freePort } from '../support/free-port.ts';
import { cacheCases, describeCache } from './cache.ts';
import { casesAbout, eventually, failingCases } from './case.ts';

const silent = createLogger('test', 'silent');
const minute = 60_000;

const is = (value: string) => async () => value;

function suite() {
  let server: Valkey;
  before(async () => {
    server = await startValkey({ port: await freePort() });
  });
  after(() => server.stop());

  describeCache(
    'the cache on Redis',
    () => openRedisCache({ url: server.url, logger: silent }),
    (cache) => (cache as RedisCache).close(),
  );

  describe('the cache contract turns red on a Redis cache that', () => {
    for (const [title, { spoil, noticedBy }] of Object.entries(faults)) {
      it(title, async () => {
        const opened: RedisCache[] = [];
        const failing = await failingCases(
          casesAbout(cacheCases, noticedBy),
          async () => {
            const real = await openRedisCache({ url: server.url, logger: silent });
            opened.push(real);
            return spoil(real);
          },
          async () => opened.pop()?.close(),
        );
        assert.equal(failing.length, 1);
      });
    }
  });

  describe('the cache on Redis', () => {
    trouble();
  });
}

/** Caches that break one promise each, as a careless one would, and the case that must notice. */
const faults: Record<string, { spoil: (real: Cache) => Cache; noticedBy: string }> = {
  'has no single flight': {
    spoil: (real) => ({
      ...real,
      getOrLoad: async (key, ttlMs, load) => {
        const value = await load();
        return real.getOrLoad(key, ttlMs, async () => value);
      },
    }),
    noticedBy: 'loads a key once',
  },
  'keeps loads that were invalidated': {
    spoil: (real) => ({
      ...real,
      getOrLoad: async (key, ttlMs, load) => {
        const value = await load();
        return real.getOrLoad(key, ttlMs, async () => value);
      },
    }),
    noticedBy: 'invalidated while under way',
  },
  'forgets everything at every invalidation': {
    spoil: (real) => ({ ...real, invalidate: () => real.invalidate('') }),
    noticedBy: 'and no other',
  },
  'takes a prefix for a pattern': {
    spoil: (real) => ({ ...real, invalidate: (prefix) => real.invalidate(prefix.replace(/[*%_?].*$/, '')) }),
    noticedBy: 'letter by letter',
  },
  'goes through JSON': {
    spoil: (real) => ({
      ...real,
      getOrLoad: async (key, ttlMs, load) =>
        JSON.parse(await real.getOrLoad(key, ttlMs, async () => JSON.stringify(await load()))),
    }),
    noticedBy: 'bytes',
  },
};

function trouble() {
  const closing: (() => Promise<unknown> | unknown)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });
  const serve = async (options: Omit<ValkeyOptions, 'port'> = {}) => {
    const server = await startValkey({ ...options, port: await freePort() });
    closing.push(() => server.stop());
    return server;
  };
  const open = async (url: string, logger = silent) => {
    const cache = await openRedisCache({ url, logger, commandTimeoutMs: 200, connectTimeoutMs: 400 });
    closing.push(() => cache.close());
    return cache;
  };
  const command = async (url: string, ...words: string[]) => {
    const client = await createClient({ url })
      .on('error', () => {})
      .connect();
    return client.sendCommand(words).finally(() => client.destroy());
  };
  /** Until the server keeps things for this cache again. */
  const keepsAgain = (cache: Cache) =>
    eventually(async () => {
      const key = `again-${Math.random()}`;
      await cache.getOrLoad(key, minute, is('kept'));
      assert.equal(await cache.getOrLoad(key, minute, is('lost')), 'kept');
    });

  it('loads when the server was never there, at once, and uses it when it comes', async () => {
    const server = await serve();
    await server.kill();
    const cache = await open(server.url);
    const began = performance.now();
    for (let i = 0; i < 100; i += 1) assert.equal(await cache.getOrLoad('a', minute, is(`${i}`)), `${i}`);
    await cache.invalidate('a');
    assert.ok(performance.now() - began < 100, 'a dead server costs time');
    await server.start();
    await keepsAgain(cache);
  });

  it('goes on when the server is killed in the middle of it, and after it was started anew', async () => {
    const server = await serve();
    const cache = await open(server.url);
    await cache.getOrLoad('a', minute, is('old'));
    let stop = false;
    const reading = (async () => {
      for (let i = 0; !stop; i += 1) {
        assert.ok(await cache.getOrLoad(`busy-${i % 50}`, minute, is('value')));
        await setImmediate();
      }
    })();
    await server.kill();
    assert.equal(await cache.getOrLoad('a', minute, is('new')), 'new');
    await server.start();
    await keepsAgain(cache);
    stop = true;
    await reading;
  });

  it('pays for a halted server with one time-out, and then with none', async () => {
    const server = await serve();
    const cache = await open(server.url);
    await cache.getOrLoad('a', minute, is('kept'));
    server.pause();
    const began = performance.now();
    for (let i = 0; i < 50; i += 1) assert.equal(await cache.getOrLoad('a', minute, is('loaded')), 'loaded');
    const took = performance.now() - began;
    assert.ok(took > 150 && took < 400, `${took} ms for 50 reads`);
    server.resume();
    await keepsAgain(cache);
    assert.equal(await cache.getOrLoad('a', minute, is('loaded')), 'kept');
  });

  it('delivers an invalidation that a halted server did not take, and does not read what it strikes', async () => {
    const server = await serve();
    const [cache, other] = [await open(server.url), await open(server.url)];
    await cache.getOrLoad('list:1', minute, is('old'));
    await cache.getOrLoad('product:1', minute, is('kept'));
    server.pause();
    await cache.invalidate('list:');
    assert.equal(await cache.getOrLoad('list:1', minute, is('new')), 'new');
    server.resume();
    await keepsAgain(cache);
    await keepsAgain(other);
    assert.equal(await other.getOrLoad('list:1', minute, is('new')), 'new');
    assert.equal(await other.getOrLoad('product:1', minute, is('lost')), 'kept');
  });

  it('loads what a full server cannot keep, and still invalidates what it kept', async () => {
    const server = await serve({ maxMemory: '3mb' });
    const cache = await open(server.url);
    await cache.getOrLoad('list:1', minute, is('old'));
    const fillUp = async () => {
      for (let i = 0; ; i += 1) await command(server.url, 'SET', `fill-${i}`, 'x'.repeat(20_000));
    };
    await assert.rejects(fillUp(), /OOM/);
    assert.equal(await cache.getOrLoad('list:1', minute, is('new')), 'old');
    await cache.invalidate('list:');
    assert.equal(await cache.getOrLoad('list:1', minute, is('new')), 'new');
    assert.equal(await cache.getOrLoad('other', minute, is('loaded')), 'loaded');
  });

  it('forgets everything when its log was lost, rather than keep what was invalidated', async () => {
    const server = await serve();
    const cache = await open(server.url);
    await cache.getOrLoad('list:1', minute, is('old'));
    await cache.invalidate('list:');
    await command(server.url, 'DEL', '{shop}:v1:log');
    assert.equal(await cache.getOrLoad('list:1', minute, is('new')), 'new');
    assert.equal(await cache.getOrLoad('list:1', minute, is('newer')), 'new');
  });

  it('bounds its log, and forgets too much rather than too little', async () => {
    const server = await serve();
    const cache = await open(server.url);
    await cache.getOrLoad('product:0', minute, is('old'));
    for (let i = 0; i < maxLogLength + 100; i += 64)
      await Promise.all(Array.from({ length: 64 }, (_, j) => cache.invalidate(`product:${i + j}`)));
    const length = Number(await command(server.url, 'ZCARD', '{shop}:v1:log'));
    assert.ok(length <= maxLogLength, `${length}`);
    assert.equal(await cache.getOrLoad('product:0', minute, is('new')), 'new');
    assert.equal(await cache.getOrLoad('product:0', minute, is('newer')), 'new');
  });

  it('finds the prefix of a long key among many others, and of a key in any language', async () => {
    const server = await serve();
    const cache = await open(server.url);
    const long = `list:${'ü'.repeat(700)}`;
    await cache.getOrLoad(long, minute, is('old'));
    await cache.getOrLoad('list:kurz', minute, is('old'));
    for (let i = 0; i < 1_600; i += 50)
      await Promise.all(Array.from({ length: 50 }, (_, j) => cache.invalidate(`other:${i + j}`)));
    assert.equal(await cache.getOrLoad(long, minute, is('new')), 'old');
    assert.equal(await cache.getOrLoad('list:kurz', minute, is('new')), 'old');
    await cache.invalidate('list:ü');
    assert.equal(await cache.getOrLoad(long, minute, is('new')), 'new');
    assert.equal(await cache.getOrLoad('list:kurz', minute, is('new')), 'old');
  });

  it('says that a password is wrong without saying it', async () => {
    const server = await serve({ password: 'right-secret' });
    const lines: string[] = [];
    const logger = createLogger('test', 'trace', { write: (line) => lines.push(line) });
    const cache = await open(server.url.replace('right', 'wrong'), logger);
    assert.equal(await cache.getOrLoad('a', minute, is('loaded')), 'loaded');
    assert.match(lines.join(''), /WRONGPASS/);
    assert.doesNotMatch(lines.join(''), /wrong-secret|right-secret/);
    const bad = await openRedisCache({ url: 'http://:wrong-secret@x', logger }).catch((error) => error);
    assert.match(bad.message, /rediss:/);
    assert.doesNotMatch(`${bad.message} ${bad.cause}`, /wrong-secret/);
    await keepsAgain(await open(server.url));
  });

  describe('with a second process', () => {
    let server: Valkey;
    let child: ChildProcess;
    const ask = async (order: CacheOrder): Promise<unknown> => {
      child.send(order);
      return (await once(child, 'message'))[0];
    };
    beforeEach(async () => {
      server = await serve();
      const file = fileURLToPath(new URL('../support/cache-child.ts', import.meta.url));
      child = fork(file, [server.url], { execArgv: [] });
      closing.push(async () => {
        child.disconnect();
        await once(child, 'exit');
      });
      await once(child, 'message');
    });

    it('shares what either keeps, and an invalidation by either strikes for both', async () => {
      const cache = await open(server.url);
      // The second answer comes behind the first one's being kept.
      for (let i = 0; i < 2; i += 1) await cache.getOrLoad('list:1', minute, is('old'));
      assert.equal(await ask({ do: 'get', key: 'list:1', loaded: 'own' }), 'old');
      await ask({ do: 'invalidate', prefix: 'list:' });
      assert.equal(await cache.getOrLoad('list:1', minute, is('new')), 'new');
      await cache.invalidate('list:');
      assert.equal(await ask({ do: 'get', key: 'list:1', loaded: 'newer' }), 'newer');
    });

    it('does not keep a load under way here that was invalidated there', async () => {
      const cache = await open(server.url);
      let answer = (_value: string) => {};
      let begun = () => {};
      const started = new Promise<void>((resolve) => {
        begun = resolve;
      });
      const stale = cache.getOrLoad('list:1', minute, () => {
        begun();
        return new Promise<string>((resolve) => {
          answer = resolve;
        });
      });
      await started;
      await ask({ do: 'invalidate', prefix: 'list:' });
      assert.equal(await ask({ do: 'get', key: 'list:1', loaded: 'fresh' }), 'fresh');
      assert.equal(await ask({ do: 'get', key: 'list:1', loaded: 'lost' }), 'fresh');
      answer('stale');
      assert.equal(await stale, 'stale');
      assert.equal(await cache.getOrLoad('list:1', minute, is('lost')), 'fresh');
      assert.equal(await ask({ do: 'get', key: 'list:1', loaded: 'lost' }), 'fresh');
    });
  });
}

if (findValkey() === undefined) {
  describe('the cache on Redis', () => {
    it.skip(`contract and faults: no redis-server or valkey-server on PATH (${installValkey})`);
  });
} else {
  suite();
}
