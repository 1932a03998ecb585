import { DatabaseSync } from 'node:sqlite';
import rhea from 'rhea';
import type { StoredMessage } from './queue.ts';
import { decodeMessage } from './wire.ts';

/** The messages of one entity, which is a topic, a queue, a subscription or its dead-letter queue. */
export interface KeptMessages {
  /** The last one that was given. */
  readonly sequence: number;
  /** Oldest first. */
  messages(): StoredMessage[];
  /** As it is now. */
  save(stored: StoredMessage): void;
  remove(sequence: number): void;
}

export interface MessageFile {
  entity(path: string): KeptMessages;
  /** What is saved and removed within is so whole or not at all. */
  together(work: () => void): void;
  close(): void;
}

/**
 * What was taken survives the death of any process, for it is in the file before it is confirmed; a loss of power may
 * take the last of it, for nothing waits for the disk.
 */
export function openMessageFile(file: string): MessageFile {
  const database = new DatabaseSync(file);
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = OFF;
    CREATE TABLE IF NOT EXISTS entity (path TEXT PRIMARY KEY, sequence INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS message (
      path TEXT NOT NULL, sequence INTEGER NOT NULL, state TEXT NOT NULL, deliveries INTEGER NOT NULL,
      enqueuedAt INTEGER NOT NULL, encoded BLOB NOT NULL, PRIMARY KEY (path, sequence)
    ) WITHOUT ROWID;
  `);
  const advance = database.prepare(
    `INSERT INTO entity (path, sequence) VALUES (?, ?)
     ON CONFLICT (path) DO UPDATE SET sequence = max(sequence, excluded.sequence)`,
  );
  const write = database.prepare(
    `INSERT OR REPLACE INTO message (path, sequence, state, deliveries, enqueuedAt, encoded)
     VALUES (?, ?, ?, ?, ?, ?)`,
  );
  const remove = database.prepare('DELETE FROM message WHERE path = ? AND sequence = ?');
  let isOpen = false;
  const together = (work: () => void) => {
    if (isOpen) return work();
    database.exec('BEGIN');
    isOpen = true;
    try {
      work();
    } finally {
      // What was done before an error is done in memory too.
      isOpen = false;
      database.exec('COMMIT');
    }
  };
  return {
    entity: (path) => ({
      sequence: Number(
        database.prepare('SELECT sequence FROM entity WHERE path = ?').get(path)?.sequence ?? 0,
      ),
      messages: () =>
        database
          .prepare(
            'SELECT sequence, state, deliveries, enqueuedAt, encoded FROM message WHERE path = ? ORDER BY sequence',
          )
          .all(path)
          .map(({ encoded, ...rest }) => {
            const message = decodeMessage(Buffer.from(encoded as Uint8Array));
            return { ...rest, message } as unknown as StoredMessage;
          }),
      save: ({ sequence, state, deliveries, enqueuedAt, message }) =>
        together(() => {
          advance.run(path, sequence);
          write.run(path, sequence, state, deliveries, enqueuedAt, rhea.message.encode(message));
        }),
      remove: (sequence) => {
        remove.run(path, sequence);
      },
    }),
    together,
    close: () => database.close(),
  };
}
