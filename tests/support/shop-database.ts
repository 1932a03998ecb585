import { connectShopDatabase, migrateShopDatabase } from '../../runtime/adapters/local/shop-database.ts';
import type { Database } from '../../runtime/sql/pool.ts';
import { freshDatabase } from './postgres.ts';

let opened: Promise<{ database: Database; url: string }> | undefined;

async function open() {
  const url = await freshDatabase();
  await migrateShopDatabase(url);
  return { database: connectShopDatabase(url, 'contract'), url };
}

/** The shop's database on real PostgreSQL, emptied: one for all cases of a mocha process. */
export async function contractDatabase(): Promise<Database> {
  opened ??= open();
  const { database } = await opened;
  await database.query('truncate document, event, subscription, queue, handled, dead_letter');
  return database;
}

/** For a process of its own that is to work on the same database. */
export async function contractDatabaseUrl(): Promise<string> {
  opened ??= open();
  return (await opened).url;
}

/** Called by the root hooks before PostgreSQL stops. */
export async function closeContractDatabase(): Promise<void> {
  await (await opened)?.database.close();
  opened = undefined;
}
