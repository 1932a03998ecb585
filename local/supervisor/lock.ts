import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StartError } from './errors.ts';
import { writeFileAtomic } from './files.ts';

export interface FolderLock {
  /** The last holder did not let go: it was killed, and may have left processes behind. */
  readonly abandoned: boolean;
  release(): Promise<void>;
}

/**
 * One process per data folder. The lock is the operating system's own, held through SQLite on an empty
 * file: it ends with its process however that ends, so nothing stale is ever to be judged. The holder's
 * process id stands beside it, for messages.
 * @throws StartError when another process holds it
 */
export async function lockFolder(dataDir: string): Promise<FolderLock> {
  const pidFile = join(dataDir, 'supervisor.pid');
  const lock = new DatabaseSync(join(dataDir, 'lock'), { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    lock.close();
    if ((cause as { errcode?: number }).errcode !== sqliteBusy) throw cause;
    const pid = Number.parseInt(await readFile(pidFile, 'utf8').catch(() => ''), 10);
    const holder = Number.isNaN(pid) ? 'another process' : `process ${pid}`;
    throw new StartError(
      `${holder} is already using the data folder ${dataDir}: stop that shop, or name another folder with DATA_DIR (and ports with PORT and CONSOLE_PORT)`,
      { cause },
    );
  }
  try {
    const abandoned = existsSync(pidFile);
    await writeFileAtomic(pidFile, `${process.pid}\n`, 0o644);
    return {
      abandoned,
      release: async () => {
        await rm(pidFile, { force: true });
        lock.close();
      },
    };
  } catch (error) {
    lock.close();
    throw error;
  }
}

const sqliteBusy = 5;
