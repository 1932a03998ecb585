/**
 * A cache may be slow, empty or dead, and the shop still answers: every method degrades to the loader or to
 * nothing, and never throws an error of the cache's own.
 */
export interface Cache {
  /** One load at a time for a key in a process; concurrent callers share it. A failing load is not kept. */
  getOrLoad<Value extends {}>(key: string, ttlMs: number, load: () => Promise<Value>): Promise<Value>;
  /** What is kept in this process's own memory, at once; always undefined where the cache is elsewhere. */
  peek?<Value extends {}>(key: string): Value | undefined;
  /** Forgets every key that begins with `prefix`. A load already under way is not kept either. */
  invalidate(prefix: string): Promise<void>;
}

/** For benchmarks and metrics. */
export interface CacheStatistics {
  readonly hits: number;
  readonly misses: number;
}
