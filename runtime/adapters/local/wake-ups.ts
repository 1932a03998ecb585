import { listen } from '../../sql/listen.ts';
import type { Database } from '../../sql/pool.ts';

/**
 * Tells consumers that there is something in their queues: those that run on this connection pool at once, those of
 * other processes by NOTIFY. After the commit and not within it, for PostgreSQL lets one transaction that
 * notifies commit at a time, so that each would wait for the disk of all before it. What a death in between leaves
 * untold is found by the consumers' sweep.
 */
export interface WakeUps {
  tell(consumers: readonly string[]): void;
  /** Calls `wake` when there is something for one of the consumers, and for all after a connection was lost. */
  listen(wake: (consumer: string) => void, consumers: readonly string[]): { stop(): Promise<void> };
}

const channel = 'queue';
const known = new WeakMap<Database, WakeUps>();

/** Those of a pool: what is committed through it wakes the consumers that run on it. */
export function wakeUpsOf(database: Database): WakeUps {
  const wakeUps = known.get(database) ?? createWakeUps(database);
  known.set(database, wakeUps);
  return wakeUps;
}

function createWakeUps(database: Database): WakeUps {
  const here = new Map<string, (consumer: string) => void>();
  return {
    tell: (consumers) => {
      const elsewhere = consumers.filter((consumer) => !here.has(consumer));
      for (const consumer of consumers) here.get(consumer)?.(consumer);
      if (elsewhere.length === 0) return;
      database
        .query(
          `select pg_notify('${channel}', consumer) from unnest($1::text[]) consumer`,
          [elsewhere],
          'queue-notify',
        )
        // The sweep is behind it.
        .catch(() => {});
    },
    listen: (wake, consumers) => {
      for (const consumer of consumers) here.set(consumer, wake);
      const listener = listen(database, channel, (consumer) => {
        if (consumer === '') for (const each of consumers) wake(each);
        else if (here.has(consumer)) wake(consumer);
      });
      return {
        stop: async () => {
          for (const consumer of consumers) here.delete(consumer);
          await listener.stop();
        },
      };
    },
  };
}
