import { connectShopDatabase, migrateShopDatabase } from '../../runtime/adapters/local/shop-database.ts';
import type { Database } from '../../runtime/sql/pool.ts';
import { freshDatabase } from './postgres.ts';

let opened: Promise<Database> | undefined;

async function open(): Promise<Database> {
  const url = await freshDatabase();
  await migrateShopDatabase(url);
  return connectShopDatabase(url, 'contract');
}

/** The shop's database on real PostgreSQL, emptied: one for all cases of a mocha process. */
export async function contractDatabase(): Promise<Database> {
  opened ??= open();
  const database = await opened;
  await database.query('truncate document, event, subscription, queue, handled, dead_letter');
  return database;
}

/** Called by the root hooks before PostgreSQL stops. */
export async function closeContractDatabase(): Promise<void> {
  await (await opened)?.close();
  opened = undefined;
}
