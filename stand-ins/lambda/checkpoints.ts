import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** How far the shards of streams have been read: what Lambda keeps for its event source mappings. */
export interface Checkpoints {
  /** The sequence number of the last record that was delivered. */
  get(shardId: string): string | undefined;
  set(shardId: string, sequenceNumber: string): void;
  close(): void;
}

/** In a file of the folder; they survive the death of the process. */
export function openCheckpoints(folder: string): Checkpoints {
  mkdirSync(folder, { recursive: true });
  const database = new DatabaseSync(join(folder, 'checkpoints.db'));
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = OFF;
    CREATE TABLE IF NOT EXISTS checkpoint (shard TEXT PRIMARY KEY, position TEXT NOT NULL);
  `);
  const read = database.prepare('SELECT position FROM checkpoint WHERE shard = ?');
  const write = database.prepare('INSERT OR REPLACE INTO checkpoint (shard, position) VALUES (?, ?)');
  return {
    get: (shardId) => read.get(shardId)?.position as string | undefined,
    set: (shardId, sequenceNumber) => void write.run(shardId, sequenceNumber),
    close: () => database.close(),
  };
}
