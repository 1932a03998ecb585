import { fileURLToPath } from 'node:url';
import type { TableDefinition } from '../../function-service.ts';
import type { Documents } from '../../ports/documents.ts';
import { migrate } from '../../sql/migrate.ts';
import { Database } from '../../sql/pool.ts';
import { type Delivery, deliveryFrom } from './delivery.ts';
import { createDocuments } from './documents.ts';
import { createCommitter } from './group-commit.ts';

const migrations = fileURLToPath(new URL('./migrations', import.meta.url));

/** Brings the shop's database to its newest version. */
export async function migrateShopDatabase(url: string): Promise<void> {
  await migrate(url, migrations);
}

/**
 * A pool on the shop's database. Every statement there goes by an index, whatever the planner believes of
 * tables that were empty when it last looked: plans that read a whole table are turned off, and a statement is
 * planned once a connection, for planning costs more than most of them.
 */
export function connectShopDatabase(url: string, name: string, max = 16): Database {
  const settings = [
    ...['enable_seqscan', 'enable_hashjoin', 'enable_mergejoin'].map((name) => `-c ${name}=off`),
    '-c plan_cache_mode=force_generic_plan',
  ];
  return new Database({ url, name, max, options: settings.join(' '), pipeline: true });
}

/** Opens document tables, each with a group committer of its own: what is urgent in one does not wait for another. */
export function openTables(
  database: Database,
  delivery: Delivery = deliveryFrom(process.env),
): (table: TableDefinition) => Documents {
  return (table) => createDocuments(database, table, createCommitter(database, delivery));
}
