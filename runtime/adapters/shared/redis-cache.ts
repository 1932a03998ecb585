import { deserialize, serialize } from 'node:v8';
import type { Cache, CacheStatistics } from '../../ports/cache.ts';
import type { Logger } from '../../telemetry/log.ts';
import { fillScript, invalidateScript, readScript, type Script, stampLength } from './redis-cache-scripts.ts';
import { connectRedis, type RedisConnection, type RedisConnectionOptions } from './redis-connection.ts';

export interface RedisCacheOptions extends Pick<RedisConnectionOptions, 'url' | 'ca' | 'connectTimeoutMs'> {
  readonly logger: Logger;
  /** From a command to its answer, in milliseconds; after it the value is loaded. @default 250 */
  readonly commandTimeoutMs?: number;
  /** What sets these entries apart from others on the same server. @default 'shop' */
  readonly namespace?: string;
}

export interface RedisCache extends Cache {
  /** Of this process. A caller who shares a load under way counts as a hit. */
  statistics(): CacheStatistics;
  close(): Promise<void>;
}

type Value = NonNullable<unknown>;

/** In bytes. A larger value is loaded each time: it would hold up what comes behind it. */
const maxEntryBytes = 1024 * 1024;

/** Prefixes whose invalidation is still to be delivered; beyond it, everything is invalidated. */
const maxUndelivered = 1_000;

const redeliverMs = 1_000;

/** Part of every key's name, for the day that entries are written in another form. */
const format = 'v1';

/**
 * The cache on Redis or Valkey, shared by all processes: an invalidation by one of them strikes for all, and also
 * what another is loading at the moment (see the scripts). Values go through the structured clone algorithm.
 *
 * A server that is away, slow or full costs at most one command's time-out, and then nothing but the loads. An
 * invalidation that cannot be delivered is delivered when the server answers again; until then this process
 * does not read what it strikes, and others may see it as it was, at the longest for its time to live.
 */
export async function openRedisCache(options: RedisCacheOptions): Promise<RedisCache> {
  const cache = createRedisCache(options);
  await cache.connection.tried;
  return cache;
}

function createRedisCache({ namespace = 'shop', ...options }: RedisCacheOptions) {
  const log = `{${namespace}}:${format}:log`;
  const entryOf = (key: string) => `{${namespace}}:${format}:entry:${key}`;
  const underWay = new Map<string, Promise<Value>>();
  /** By prefix, which invalidation of it was the last. */
  const undelivered = new Map<string, symbol>();
  let hits = 0;
  let misses = 0;

  let nextDelivery: NodeJS.Timeout | undefined;

  const deliverAll = () => {
    clearTimeout(nextDelivery);
    nextDelivery = undefined;
    for (const [prefix, mark] of undelivered) void deliver(prefix, mark);
  };
  const connection = connectRedis({
    ...options,
    prepare: [readScript, fillScript, invalidateScript].map(({ text }) => ['SCRIPT', 'LOAD', text]),
    onReady: deliverAll,
  });

  const read = async (key: string): Promise<{ readonly stamp?: string; readonly value?: Value }> => {
    for (const prefix of undelivered.keys()) if (key.startsWith(prefix)) return {};
    const answer = await run(connection, readScript, [entryOf(key), log], [key]).catch(() => undefined);
    if (!Array.isArray(answer)) return {};
    const [stamp, entry] = answer as [Buffer, Buffer?];
    return { stamp: stamp.toString('latin1'), value: entry && decode(entry) };
  };

  const fill = async (key: string, ttlMs: number, stamp: string, value: Value): Promise<void> => {
    const payload = serialize(value);
    if (payload.length > maxEntryBytes) return;
    const entry = Buffer.concat([Buffer.from(stamp.padStart(stampLength, '0'), 'latin1'), payload]);
    await run(connection, fillScript, [entryOf(key), log], [key, stamp, String(Math.ceil(ttlMs)), entry]);
  };

  const readOrLoad = async (key: string, ttlMs: number, load: () => Promise<Value>): Promise<Value> => {
    const { stamp, value: kept } = ttlMs > 0 ? await read(key) : {};
    if (kept !== undefined) {
      hits += 1;
      return kept;
    }
    misses += 1;
    const value = await load();
    // Nobody waits for it: what is asked next goes through the same connection, behind it.
    if (stamp !== undefined) fill(key, ttlMs, stamp, value).catch(() => {});
    return value;
  };

  const deliver = async (prefix: string, mark: symbol): Promise<void> => {
    await run(connection, invalidateScript, [log], [prefix]).then(
      () => {
        if (undelivered.get(prefix) === mark) undelivered.delete(prefix);
      },
      () => {
        // At once when the server is there again, and by and by when it is there and refuses.
        nextDelivery ??= setTimeout(deliverAll, redeliverMs).unref();
      },
    );
  };

  return {
    connection,
    async getOrLoad<Loaded extends Value>(key: string, ttlMs: number, load: () => Promise<Loaded>) {
      const known = underWay.get(key);
      if (known !== undefined) {
        hits += 1;
        return (await known) as Loaded;
      }
      const loading = readOrLoad(key, ttlMs, load).finally(() => {
        // Another load, or none, in this place means that this one was invalidated.
        if (underWay.get(key) === loading) underWay.delete(key);
      });
      underWay.set(key, loading);
      return (await loading) as Loaded;
    },
    async invalidate(prefix: string) {
      for (const key of underWay.keys()) if (key.startsWith(prefix)) underWay.delete(key);
      const everything = undelivered.size >= maxUndelivered && !undelivered.has(prefix);
      if (everything) undelivered.clear();
      const struck = everything ? '' : prefix;
      const mark = Symbol(struck);
      undelivered.set(struck, mark);
      await deliver(struck, mark);
    },
    statistics: () => ({ hits, misses }),
    close: async () => {
      await connection.close();
      clearTimeout(nextDelivery);
    },
  };
}

async function run(
  connection: RedisConnection,
  { text, sha }: Script,
  keys: readonly string[],
  args: readonly (string | Buffer)[],
): Promise<unknown> {
  const rest = [String(keys.length), ...keys, ...args];
  try {
    return await connection.send(['EVALSHA', sha, ...rest]);
  } catch (error) {
    // It was loaded with the connection, but a server may forget.
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
    return connection.send(['EVAL', text, ...rest]);
  }
}

function decode(entry: Buffer): Value | undefined {
  try {
    return deserialize(entry.subarray(stampLength)) as Value;
  } catch {
    // Written by a Node that writes otherwise.
    return undefined;
  }
}
