import { existsSync } from 'node:fs';
import { readdir, readlink, realpath, rm, rmdir } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { postgresBinaries } from '../postgres/binaries.ts';
import { stopLeftoverServer } from '../postgres/leftover.ts';
import { binariesPrefix, sharedFolder, sharedPlaceOf } from '../postgres/placement.ts';
import { isUnused, markDataFolder } from './folder.ts';
import { lockFolder } from './lock.ts';
import { clusterFolder } from './server.ts';

export interface ResetResult {
  readonly removed: readonly string[];
  /** What lies in the data folder and is not the shop's. */
  readonly kept: readonly string[];
}

/** What the shop makes in a data folder, with what an interrupted start may leave of it; `version` goes last. */
const ours =
  /^(postgres|postgres\.new-.*|secrets\.json|token-keys\.json|catalogue-seeded|cloud|runtime.*|supervisor\.pid|lock|lock-journal|backend|version)(\.[0-9a-f-]{36})?$/;

/**
 * Deletes the data of a stopped shop, also what lies outside of the folder for root's sake.
 * @throws StartError when a shop runs on it, or when it is no data folder
 */
export async function resetDataFolder(dataDir: string): Promise<ResetResult> {
  if (!existsSync(dataDir) || (await isUnused(dataDir))) return { removed: [], kept: [] };
  const lock = await lockFolder(dataDir);
  const remove = (path: string) => rm(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  try {
    const cluster = clusterFolder(await realpath(dataDir));
    if (existsSync(cluster)) await stopLeftoverServer(cluster);
    const outside = [sharedPlaceOf(cluster), ...(await unusedCopies())].filter((path) => existsSync(path));
    const names = await readdir(dataDir);
    const inside = names.filter((name) => ours.test(name)).map((name) => join(dataDir, name));
    const kept = names.filter((name) => !ours.test(name)).map((name) => join(dataDir, name));
    for (const path of [...outside, ...inside]) await remove(path);
    // With other things in it, the folder stays one that a start accepts.
    if (kept.length > 0) await markDataFolder(dataDir);
    else await rmdir(dataDir);
    return { removed: [...outside, ...(kept.length > 0 ? inside : [dataDir])], kept };
  } finally {
    await lock.release();
  }
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
