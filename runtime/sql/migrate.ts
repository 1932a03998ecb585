import { runner } from 'node-pg-migrate';

/**
 * Brings a database to the newest version of the SQL files in `directory` (`0001_name.sql`, each beginning with
 * `-- Up Migration`). All pending files in one transaction; two at once wait for each other.
 */
export async function migrate(databaseUrl: string, directory: string): Promise<void> {
  await runner({
    databaseUrl,
    dir: directory,
    migrationsTable: 'migration',
    direction: 'up',
    log: () => {},
  });
}
