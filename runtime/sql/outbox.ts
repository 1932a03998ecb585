import type { ShopEvent } from '../contracts/events/envelope.ts';
import { parseEvent, serializeEvent } from '../contracts/events/make.ts';
import type { EventPublisher } from '../ports/event-bus.ts';
import { faultPoint } from '../telemetry/faults.ts';
import type { Logger } from '../telemetry/log.ts';
import { listen } from './listen.ts';
import type { Database, PoolClient } from './pool.ts';

/**
 * The transactional outbox of a SQL service. Its table comes from the service's first migration:
 *
 *   create table outbox (position bigint generated always as identity primary key, event text not null);
 */

/** Within the transaction that makes the change. The relay is woken at its commit. @throws OversizeEventError */
export async function addToOutbox(client: PoolClient, events: readonly ShopEvent[]): Promise<void> {
  await client.query({
    name: 'outbox-add',
    text: `with added as (insert into outbox (event) select unnest($1::text[]) returning 1)
           select pg_notify('outbox', '') where exists (select from added)`,
    values: [events.map(serializeEvent)],
  });
}

/** Events that are not published yet. */
export async function countOutbox(database: Database): Promise<number> {
  const { rows } = await database.query<{ count: number }>('select count(*) from outbox');
  return rows[0]?.count ?? 0;
}

export interface OutboxRelay {
  stop(): Promise<void>;
}

const batchSize = 100;

/**
 * Publishes what the outbox holds, in order, and deletes it after: an event is never lost, and may go out
 * twice. Woken by NOTIFY, and by a sweep every `sweepMs` for the wake-up that was lost. Several relays on one
 * outbox share the work.
 */
export function startOutboxRelay(
  database: Database,
  publisher: EventPublisher,
  logger: Logger,
  sweepMs = 1_000,
): OutboxRelay {
  let stopped = false;
  let wake = () => {};
  let woken = false;
  const signal = () => {
    woken = true;
    wake();
  };
  const listener = listen(database, 'outbox', signal);

  const run = async () => {
    while (!stopped) {
      woken = false;
      const more = await relayBatch(database, publisher).catch((error: unknown) => {
        logger.warn({ err: error }, 'outbox not published now; it will be');
        return false;
      });
      if (more || woken || stopped) continue;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, sweepMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  };
  const running = run();
  return {
    stop: async () => {
      stopped = true;
      wake();
      await running;
      await listener.stop();
    },
  };
}

/** Publishes one batch; true when there may be more. */
async function relayBatch(database: Database, publisher: EventPublisher): Promise<boolean> {
  return database.transaction(async (client) => {
    const { rows } = await client.query<{ position: number; event: string }>({
      name: 'outbox-take',
      text: 'select position, event from outbox order by position limit $1 for update skip locked',
      values: [batchSize],
    });
    if (rows.length === 0) return false;
    faultPoint('outbox.before-publish');
    await publisher.publish(rows.map((row) => parseEvent(JSON.parse(row.event))));
    faultPoint('outbox.after-publish');
    await client.query({
      name: 'outbox-delete',
      text: 'delete from outbox where position = any($1::bigint[])',
      values: [rows.map((row) => row.position)],
    });
    return rows.length === batchSize;
  });
}
