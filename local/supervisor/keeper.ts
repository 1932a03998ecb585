import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../runtime/telemetry/log.ts';

/** A process that was started, of whatever kind. */
export interface Launched {
  readonly pid: number | undefined;
  /** When it can do its work; may reject or stay open when it ends before. */
  readonly ready: Promise<void>;
  /** When it has ended: why. Never rejects. */
  readonly ended: Promise<string>;
  /** Asks it to end, and ends it by force `graceMs` later. */
  stop(graceMs: number): Promise<void>;
}

export interface ProcessStatus {
  readonly name: string;
  readonly pid?: number;
  readonly restarts: number;
  readonly state: 'starting' | 'ready' | 'waiting' | 'stopped';
  /** When the present process was started, ISO 8601. */
  readonly startedAt?: string;
}

export interface Keeper {
  readonly name: string;
  status(): ProcessStatus;
  /**
   * Starts it and keeps it running until `stop`. Resolves when it is ready for the first time.
   * @throws Error when it fails to get there `maxFirstFailures` times
   */
  start(): Promise<void>;
  stop(graceMs: number): Promise<void>;
}

export interface KeeperOptions {
  readonly name: string;
  /** @param signal given up when the keeper is stopped */
  readonly launch: (signal: AbortSignal) => Promise<Launched>;
  readonly logger: Logger;
  readonly onChange?: () => void;
}

/** Deaths before the first readiness that are taken for a mistake which time does not heal. */
const maxFirstFailures = 3;
const firstDelayMs = 100;
const maxDelayMs = 5_000;
/** A process that lived so long is started again without delay's growth, in milliseconds. */
const healthyMs = 10_000;

/** How long to wait before the next start, after so many deaths in a row (at least one), in milliseconds. */
export const restartDelay = (deaths: number): number =>
  Math.min(firstDelayMs * 2 ** (deaths - 1), maxDelayMs);

/** Starts a process again each time it dies, and says so. */
export function createKeeper({ name, launch, logger, onChange = () => {} }: KeeperOptions): Keeper {
  let status: ProcessStatus = { name, restarts: 0, state: 'waiting' };
  let current: Launched | undefined;
  let running: Promise<void> | undefined;
  let everReady = false;
  let stopGraceMs = 0;
  const stopping = new AbortController();
  const first = Promise.withResolvers<void>();
  first.promise.catch(() => {});

  const change = (next: Partial<ProcessStatus>) => {
    status = { ...status, ...next };
    onChange();
  };

  /** One life, from start to end. @returns why it ended */
  async function live(): Promise<string> {
    change({ state: 'starting', startedAt: new Date().toISOString() });
    let launched: Launched;
    try {
      launched = await launch(stopping.signal);
    } catch (error) {
      return (error as Error).message;
    }
    current = launched;
    if (stopping.signal.aborted) await launched.stop(stopGraceMs);
    change({ pid: launched.pid });
    launched.ready.then(
      () => {
        if (current !== launched) return;
        if (status.restarts > 0) logger.info({ process: name, pid: launched.pid }, `${name} is back`);
        everReady = true;
        change({ state: 'ready' });
        first.resolve();
      },
      () => {},
    );
    const reason = await launched.ended;
    current = undefined;
    return reason;
  }

  async function keep(): Promise<void> {
    for (let deaths = 0; ; ) {
      const born = Date.now();
      const reason = await live();
      if (stopping.signal.aborted) break;
      const restarts = status.restarts + 1;
      if (!everReady && restarts === maxFirstFailures) {
        first.reject(new Error(`${name} does not start: ${reason}`));
        break;
      }
      deaths = Date.now() - born < healthyMs ? deaths + 1 : 1;
      const delayMs = restartDelay(deaths);
      change({ state: 'waiting', pid: undefined, restarts });
      logger.warn({ process: name, reason, delayMs }, `${name} ended; starting it again in ${delayMs} ms`);
      await sleep(delayMs, undefined, { signal: stopping.signal }).catch(() => {});
      if (stopping.signal.aborted) break;
    }
    change({ state: 'stopped', pid: undefined });
    first.reject(new Error(`${name} was stopped before it was ready`));
  }

  return {
    name,
    status: () => status,
    start: () => {
      running ??= keep();
      return first.promise;
    },
    stop: async (graceMs) => {
      stopGraceMs = graceMs;
      stopping.abort();
      await current?.stop(graceMs);
      await running;
    },
  };
}
