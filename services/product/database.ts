import { fileURLToPath } from 'node:url';
import { migrate } from '../../runtime/sql/migrate.ts';
import { Database } from '../../runtime/sql/pool.ts';

/** Brings the product database to its newest version. */
export async function migrateProductDatabase(url: string): Promise<void> {
  await migrate(url, fileURLToPath(new URL('./migrations', import.meta.url)));
}

/**
 * A pool on the product database. Every statement goes by an index whatever the values and whatever the planner
 * believes of a table that was empty when it last looked: so one plan for each, made once, and none that reads
 * the whole table.
 */
export function connectProductDatabase(url: string, max = 8): Database {
  const settings = ['plan_cache_mode=force_generic_plan', 'enable_seqscan=off', 'jit=off'];
  return new Database({ url, name: 'product', max, options: settings.map((one) => `-c ${one}`).join(' ') });
}
