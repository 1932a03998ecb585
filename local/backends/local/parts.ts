import { z } from 'zod';
import { createBusPublisher, createDeadLetters, listEvents } from '../../../runtime/adapters/local/bus.ts';
import { createInbox } from '../../../runtime/adapters/local/inbox.ts';
import { connectShopDatabase, openTables } from '../../../runtime/adapters/local/shop-database.ts';
import { readEnv } from '../../../runtime/config/env.ts';
import { countEvents, markMoved, oldestEvent } from '../event-log.ts';
import type { OpenParts } from '../parts.ts';

/** All of it in the shop's database, which keeps events by itself. */
export const openParts: OpenParts = (env, name, max = 2) => {
  const { SHOP_DATABASE_URL } = readEnv({ SHOP_DATABASE_URL: z.url() }, env);
  const database = connectShopDatabase(SHOP_DATABASE_URL, name, max);
  const { add, list } = createInbox(database);
  const count = async (table: 'queue' | 'dead_letter') => {
    const { rows } = await database.query<{ count: number }>(`select count(*) from ${table}`);
    return rows[0]?.count ?? 0;
  };
  return {
    open: openTables(database),
    publisher: createBusPublisher(database),
    deadLetters: createDeadLetters(database),
    countDeadLetters: () => count('dead_letter'),
    countQueued: () => count('queue'),
    inbox: { add, list },
    eventsOf: (subject) => listEvents(database, subject),
    countEvents: () => countEvents(database),
    eventsSince: () => oldestEvent(database),
    markMoved: (at) => markMoved(database, at),
    answers: () => database.answers(),
    keepEvents: async () => ({ stop: async () => {} }),
    close: () => database.close(),
  };
};
