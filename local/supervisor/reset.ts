import { existsSync } from 'node:fs';
import { readdir, readlink, realpath, rm, rmdir } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { postgresBinaries } from '../postgres/binaries.ts';
import { stopLeftoverServer } from '../postgres/leftover.ts';
import { binariesPrefix, sharedFolder, sharedPlaceOf } from '../postgres/placement.ts';
import { isUnused } from './folder.ts';
import { lockFolder } from './lock.ts';
import { clusterFolder } from './server.ts';

export interface ResetResult {
  readonly removed: readonly string[];
  /** What lies in the data folder and is not the shop's. */
  readonly kept: readonly string[];
}

/** What the shop makes in a data folder, with what an interrupted start may leave of it; `version` goes last. */
const ours =
  /^(postgres|postgres\.new-.*|secrets\.json|token-keys\.json|catalogue-seeded|runtime.*|supervisor\.pid|lock|lock-journal|version)(\.[0-9a-f-]{36})?$/;

/**
 * Deletes the data of a stopped shop, also what lies outside of the folder for root's sake.
 * @throws StartError when a shop runs on it, or when it is no data folder
 */
export async function resetDataFolder(dataDir: string): Promise<ResetResult> {
  if (!existsSync(dataDir) || (await isUnused(dataDir))) return { removed: [], kept: [] };
  const lock = await lockFolder(dataDir);
  const removed: string[] = [];
  const remove = async (path: string) => {
    await rm(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    removed.push(path);
  };
  try {
    const cluster = clusterFolder(await realpath(dataDir));
    if (existsSync(cluster)) await stopLeftoverServer(cluster);
    const names = (await readdir(dataDir)).filter((name) => ours.test(name));
    names.sort((a, b) => Number(a === 'version') - Number(b === 'version'));
    for (const path of [sharedPlaceOf(cluster), ...(await unusedCopies())]) {
      if (existsSync(path)) await remove(path);
    }
    for (const name of names) await remove(join(dataDir, name));
  } finally {
    await lock.release();
  }
  const kept = (await readdir(dataDir)).map((name) => join(dataDir, name));
  if (kept.length === 0) await rmdir(dataDir);
  return { removed: kept.length === 0 ? [...removed, dataDir] : removed, kept };
}

/** Copies of PostgreSQL that root made for this installation and from which nothing runs now. */
async function unusedCopies(): Promise<string[]> {
  if (process.getuid?.() !== 0 || !existsSync(sharedFolder)) return [];
  const prefix = binariesPrefix(await postgresBinaries());
  const copies = (await readdir(sharedFolder)).filter((name) => name.startsWith(prefix));
  const running = await runningPrograms();
  return copies
    .map((name) => join(sharedFolder, name))
    .filter((copy) => !running.some((program) => program.startsWith(copy + sep)));
}

async function runningPrograms(): Promise<string[]> {
  const pids = await readdir('/proc').catch(() => []);
  const programs = pids
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => readlink(join('/proc', pid, 'exe')).catch(() => ''));
  return Promise.all(programs);
}
