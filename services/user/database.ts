import { fileURLToPath } from 'node:url';
import { migrate } from '../../runtime/sql/migrate.ts';

/** Brings the user database to its newest version. */
export async function migrateUserDatabase(url: string): Promise<void> {
  await migrate(url, fileURLToPath(new URL('./migrations', import.meta.url)));
}
