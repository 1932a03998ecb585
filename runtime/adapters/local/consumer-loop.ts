import { UnavailableError } from '../../errors.ts';
import type { Consumer } from '../../ports/event-bus.ts';
import { asUnavailable } from '../../sql/pool.ts';
import { type ConsumerDependencies, createBatchProcessor } from './consumer.ts';
import { wakeUpsOf } from './wake-ups.ts';

export interface RunningConsumers {
  /** Lets the batches under way end. */
  stop(): Promise<void>;
}

const batchSize = 50;
const pauseWhenAwayMs = 250;

/**
 * Runs consumers until stopped: woken by commits, by the time a failed message is due, and by a sweep every
 * `sweepMs` for what no wake-up told. While the database is away they wait, and go on when it is back.
 */
export async function startConsumers(
  consumers: readonly { readonly consumer: Consumer; readonly dependencies: ConsumerDependencies }[],
  sweepMs = 1_000,
): Promise<RunningConsumers> {
  const [first] = consumers;
  if (!first) return { stop: async () => {} };
  const { database } = first.dependencies;
  for (const { consumer } of consumers) {
    await database.query('select subscribe($1, $2)', [consumer.name, consumer.types], 'bus-subscribe');
  }
  const loops = new Map(
    consumers.map(({ consumer, dependencies }) => [
      consumer.name,
      startLoop(consumer, dependencies, sweepMs),
    ]),
  );
  const listener = wakeUpsOf(database).listen((name) => loops.get(name)?.wake(), [...loops.keys()]);
  return {
    stop: async () => {
      await Promise.all([...loops.values()].map((loop) => loop.stop()));
      await listener.stop();
    },
  };
}

function startLoop(consumer: Consumer, dependencies: ConsumerDependencies, sweepMs: number) {
  const { logger } = dependencies;
  const batches = createBatchProcessor(consumer, dependencies);
  let stopped = false;
  let woken = false;
  let interrupt = () => {};

  const sleep = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      interrupt = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  const run = async () => {
    while (!stopped) {
      woken = false;
      try {
        const { taken, retryInMs = sweepMs } = await batches.run(batchSize);
        if (taken === 0 && !woken && !stopped) await sleep(sweepMs);
        else if (taken < batchSize && !woken && !stopped) await sleep(Math.min(retryInMs + 1, sweepMs));
      } catch (error) {
        const away = asUnavailable(error) instanceof UnavailableError;
        logger[away ? 'warn' : 'error']({ err: error, consumer: consumer.name }, 'batch rolled back');
        if (!stopped) await sleep(pauseWhenAwayMs);
      }
    }
  };
  const running = run();
  return {
    wake: () => {
      woken = true;
      interrupt();
    },
    stop: async () => {
      stopped = true;
      interrupt();
      await running;
      await batches.settled();
    },
  };
}
