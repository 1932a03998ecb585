import { randomUUID } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import type { ContainerDefinition, KeptItems, Stored } from './container.ts';

/** The containers of an account in a file. */
export interface ItemFile {
  containers(): {
    readonly database: string;
    readonly definition: ContainerDefinition;
    readonly kept: KeptItems;
  }[];
  /** From now on it is there, with this definition; with its items, if it was before. */
  keep(database: string, definition: ContainerDefinition): KeptItems;
  forget(database: string, id: string): void;
  close(): void;
}

interface ContainerRow {
  readonly rid: string;
  readonly database: string;
  readonly definition: string;
}

/**
 * What was written survives the death of any process, for it is in the file before it is answered; a loss of power may
 * take the last of it, for nothing waits for the disk.
 */
export function openItemFile(path: string): ItemFile {
  const database = new DatabaseSync(path);
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = OFF;
    CREATE TABLE IF NOT EXISTS container (
      rid TEXT PRIMARY KEY, database TEXT NOT NULL, id TEXT NOT NULL, definition TEXT NOT NULL,
      lsn INTEGER NOT NULL DEFAULT 0, UNIQUE (database, id)
    );
    CREATE TABLE IF NOT EXISTS item (
      container TEXT NOT NULL, key TEXT NOT NULL, partition TEXT NOT NULL, lsn INTEGER NOT NULL,
      writtenAt INTEGER NOT NULL, resource TEXT NOT NULL, PRIMARY KEY (container, key)
    ) WITHOUT ROWID;
  `);
  const find = database.prepare(
    'SELECT rid, database, definition FROM container WHERE database = ? AND id = ?',
  );
  const put = database.prepare(
    `INSERT INTO container (rid, database, id, definition) VALUES (?, ?, ?, ?)
     ON CONFLICT (database, id) DO UPDATE SET definition = excluded.definition`,
  );
  const keptOf = ({ rid }: ContainerRow): KeptItems => keptItems(database, rid);
  const found = (name: string, id: string) => find.get(name, id) as unknown as ContainerRow;
  return {
    containers: () =>
      (
        database.prepare('SELECT rid, database, definition FROM container').all() as unknown as ContainerRow[]
      ).map((row) => ({ database: row.database, definition: JSON.parse(row.definition), kept: keptOf(row) })),
    keep: (name, definition) => {
      put.run(randomUUID(), name, definition.id, JSON.stringify(definition));
      return keptOf(found(name, definition.id));
    },
    forget: (name, id) => {
      const { rid } = found(name, id);
      database.prepare('DELETE FROM item WHERE container = ?').run(rid);
      database.prepare('DELETE FROM container WHERE rid = ?').run(rid);
    },
    close: () => database.close(),
  };
}

function keptItems(database: DatabaseSync, rid: string): KeptItems {
  const write = database.prepare(
    `INSERT INTO item (container, key, partition, lsn, writtenAt, resource) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (container, key) DO UPDATE
     SET lsn = excluded.lsn, writtenAt = excluded.writtenAt, resource = excluded.resource`,
  );
  const remove = database.prepare('DELETE FROM item WHERE container = ? AND key = ?');
  const advance = database.prepare('UPDATE container SET lsn = ? WHERE rid = ?');
  return {
    rid,
    lsn: (database.prepare('SELECT lsn FROM container WHERE rid = ?').get(rid) as { lsn: number }).lsn,
    items: () =>
      database
        .prepare('SELECT key, partition, lsn, writtenAt, resource FROM item WHERE container = ? ORDER BY lsn')
        .all(rid)
        .map((row) => ({ ...row, resource: JSON.parse(String(row.resource)) }) as unknown as Stored),
    save: (changes, lsn) => {
      // Whole or not at all: a batch that is torn apart by a death would be no batch.
      database.exec('BEGIN');
      for (const [key, stored] of changes) {
        if (stored) {
          const { partition, writtenAt, resource } = stored;
          write.run(rid, key, partition, stored.lsn, writtenAt, JSON.stringify(resource));
        } else remove.run(rid, key);
      }
      advance.run(lsn, rid);
      database.exec('COMMIT');
    },
  };
}
