import type { ServiceBusClient, ServiceBusReceivedMessage } from '@azure/service-bus';
import type { Lazy } from '../../../runtime/adapters/azure/clients.ts';
import type { Database } from '../../../runtime/sql/pool.ts';
import type { Logger } from '../../../runtime/telemetry/log.ts';
import { insertEvents } from '../event-log.ts';

/** Messages that are taken at the same time. */
const maxConcurrentCalls = 100;

/** Moves what a subscription hears into the table of events; what cannot be kept now is heard again. */
export async function keepEvents(
  client: Lazy<ServiceBusClient>,
  { topic, subscription }: { readonly topic: string; readonly subscription: string },
  database: Database,
  logger: Logger,
): Promise<{ stop(): Promise<void> }> {
  const receiver = (await client()).createReceiver(topic, subscription);
  const keep = createTogether((events: unknown[]) => insertEvents(database, events));
  const processing = receiver.subscribe(
    {
      processMessage: ({ body }: ServiceBusReceivedMessage) => keep(body),
      processError: async ({ error }) => {
        logger.warn({ err: error }, 'published events not kept now; they will be');
      },
    },
    { maxConcurrentCalls },
  );
  return {
    stop: async () => {
      await processing.close();
      await receiver.close();
    },
  };
}

/** Does together what is asked for while the work before is under way. */
function createTogether<Item>(work: (items: Item[]) => Promise<void>): (item: Item) => Promise<void> {
  let waiting: Item[] = [];
  let last: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;
  return (item) => {
    waiting.push(item);
    next ??= last
      .catch(() => {})
      .then(() => {
        const items = waiting;
        waiting = [];
        next = undefined;
        last = work(items);
        return last;
      });
    return next;
  };
}
