import { LRUCache } from 'lru-cache';
import type { Cache, CacheStatistics } from '../../ports/cache.ts';

export interface LocalCacheOptions {
  /** Bytes that keys and values may take together, estimated; the least recently used go first. @default 64 MB */
  readonly maxBytes?: number;
}

export interface LocalCache extends Cache {
  /** A caller who shares a load under way counts as a hit: it cost no load. */
  statistics(): CacheStatistics;
}

/** Anything but null and undefined. */
type Value = NonNullable<unknown>;

/** What an entry costs beside its key and its value, in bytes. */
const entryOverhead = 200;

/** A cache inside one process: bounded by size, gone with the process. Values are shared, so treat them as fixed. */
export function createLocalCache({ maxBytes = 64 * 1024 * 1024 }: LocalCacheOptions = {}): LocalCache {
  const kept = new LRUCache<string, Value>({
    maxSize: maxBytes,
    // Reads the clock at each look, which is cheaper than the timer that would save it.
    ttlResolution: 0,
    sizeCalculation: (value, key) => entryOverhead + byteSize(key) + byteSize(value),
  });
  const underWay = new Map<string, Promise<Value>>();
  let hits = 0;
  let misses = 0;

  const startLoad = (key: string, ttl: number, load: () => Promise<Value>): Promise<Value> => {
    misses += 1;
    const loading = load().then(
      (value) => {
        // Another load, or none, in this place means that this one was invalidated: its value may be old.
        if (underWay.get(key) === loading) {
          underWay.delete(key);
          // lru-cache takes 0 for "for ever".
          if (ttl > 0) kept.set(key, value, { ttl });
        }
        return value;
      },
      (error: unknown) => {
        if (underWay.get(key) === loading) underWay.delete(key);
        throw error;
      },
    );
    underWay.set(key, loading);
    return loading;
  };

  return {
    async getOrLoad<Loaded extends Value>(key: string, ttlMs: number, load: () => Promise<Loaded>) {
      const known = kept.get(key) ?? underWay.get(key);
      if (known === undefined) return (await startLoad(key, ttlMs, load)) as Loaded;
      hits += 1;
      return (await known) as Loaded;
    },
    peek<Kept extends Value>(key: string) {
      const known = kept.get(key) as Kept | undefined;
      if (known !== undefined) hits += 1;
      return known;
    },
    async invalidate(prefix) {
      for (const key of [...kept.keys()]) if (key.startsWith(prefix)) kept.delete(key);
      for (const key of underWay.keys()) if (key.startsWith(prefix)) underWay.delete(key);
    },
    statistics: () => ({ hits, misses }),
  };
}

/** About what a value takes in memory. A UTF-16 string counts double, which errs on the safe side. */
function byteSize(value: unknown): number {
  if (typeof value === 'string') return value.length * 2;
  if (ArrayBuffer.isView(value)) return value.byteLength;
  if (typeof value !== 'object' || value === null) return 8;
  return Object.entries(value).reduce((sum, [key, part]) => sum + key.length * 2 + byteSize(part), 16);
}
