import { z } from 'zod';
import type { FunctionShape } from '../../entries/functions/shape.ts';
import { listEvents } from '../../runtime/adapters/local/bus.ts';
import { connectShopDatabase, migrateShopDatabase } from '../../runtime/adapters/local/shop-database.ts';
import type { OutboxStore } from '../../runtime/adapters/shared/relay.ts';
import { readEnv } from '../../runtime/config/env.ts';
import type { TableDefinition } from '../../runtime/function-service.ts';
import type { Documents } from '../../runtime/ports/documents.ts';
import type { DeadLetters, EventPublisher } from '../../runtime/ports/event-bus.ts';
import type { Database } from '../../runtime/sql/pool.ts';
import type { Logger } from '../../runtime/telemetry/log.ts';
import { openInbox } from './document-inbox.ts';
import { countEvents, markMoved, oldestEvent } from './event-log.ts';
import type { Environment, ShopParts } from './parts.ts';

/** What a cloud's stand-ins offer to whoever looks into the shop. */
export interface CloudParts {
  open(table: TableDefinition): Documents;
  outbox(table: TableDefinition): OutboxStore;
  readonly publisher: EventPublisher;
  readonly deadLetters: DeadLetters;
  countDeadLetters(): Promise<number>;
  /** Of all consumers and of the console: those in flight and those put off included. */
  countMessages(): Promise<number>;
  answers(): Promise<boolean>;
  /** Moves what is published into the table of events of this database. */
  keepEvents(database: Database, logger: Logger): ReturnType<ShopParts['keepEvents']>;
  close(): Promise<unknown>;
}

export interface CloudPartsOptions {
  readonly env: Environment;
  /** Tells the connections to the shop's database apart. */
  readonly name: string;
  readonly max: number;
  readonly shapes: readonly FunctionShape[];
}

/** Documents, messages and mail on a cloud's stand-ins; the events that were published in the shop's database. */
export function createCloudParts(
  { env, name, max, shapes }: CloudPartsOptions,
  cloud: CloudParts,
): ShopParts {
  const { SHOP_DATABASE_URL } = readEnv({ SHOP_DATABASE_URL: z.url() }, env);
  const database = connectShopDatabase(SHOP_DATABASE_URL, name, max);
  const { open, publisher, deadLetters, countDeadLetters } = cloud;
  const outboxes = shapes.flatMap(({ tables }) => tables).map((table) => cloud.outbox(table));
  return {
    open,
    publisher,
    deadLetters,
    countDeadLetters,
    countQueued: () => countUnderWay(cloud.countMessages, outboxes),
    inbox: openInbox(open),
    eventsOf: (subject) => listEvents(database, subject),
    countEvents: () => countEvents(database),
    eventsSince: () => oldestEvent(database),
    markMoved: (at) => markMoved(database, at),
    answers: async () => (await Promise.all([database.answers(), cloud.answers()])).every(Boolean),
    keepEvents: async (logger) => {
      await migrateShopDatabase(SHOP_DATABASE_URL);
      return cloud.keepEvents(database, logger);
    },
    close: async () => {
      await Promise.all([database.close(), cloud.close()]);
    },
  };
}

/** Messages and events on their way: at least so many, and 0 for none. */
export async function countUnderWay(
  countMessages: () => Promise<number>,
  outboxes: readonly OutboxStore[],
): Promise<number> {
  const countUnpublished = async () => {
    // Also those that are dated a little ahead of this process's clock.
    const found = await Promise.all(outboxes.map((outbox) => outbox.unpublished(-1_000, 1_000)));
    return found.flat().length;
  };
  const waiting = await countMessages();
  // Then nobody needs to know more, and looking into every outbox takes from what the shop works with.
  if (waiting > 0) return waiting;
  const before = await countUnpublished();
  const queued = await countMessages();
  // A message handled between the two looks has put its events here, and they may not be there yet.
  return before + queued + (await countUnpublished());
}
