import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BackendName } from '../backends/names.ts';
import { StartError } from './errors.ts';
import { removeHalfWritten, writeFileAtomic } from './files.ts';
import { type FolderLock, lockFolder } from './lock.ts';

/** Goes up when the layout of the data folder changes; a shop refuses a folder of a newer one. */
export const formatVersion = 1;

const versionFile = 'version';
const versionText = /^ecommerce-platform (\d+)\n?$/;

/**
 * Makes the data folder where it is missing and takes it for this process alone.
 * @throws StartError when it is somebody else's, a newer shop's, another backend's, in use, or cannot be written
 */
export async function claimDataFolder(dataDir: string, on: BackendName): Promise<FolderLock> {
  const isNew = await isUnused(dataDir);
  try {
    if (isNew) {
      // Started by root, PostgreSQL runs as another user, who must pass to its cluster in here.
      await mkdir(dataDir, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 });
      await markDataFolder(dataDir);
    }
    const lock = await lockFolder(dataDir);
    try {
      await removeHalfWritten(dataDir);
      await keepToBackend(dataDir, on);
    } catch (error) {
      await lock.release();
      throw error;
    }
    return lock;
  } catch (error) {
    if (error instanceof StartError) throw error;
    throw new StartError(
      `the data folder ${dataDir} cannot be written (${(error as Error).message}): make it writable, or name another with DATA_DIR`,
      { cause: error },
    );
  }
}

/** A folder belongs to the backend that was first started on it. @throws StartError when that is another one */
async function keepToBackend(dataDir: string, on: BackendName): Promise<void> {
  const file = join(dataDir, 'backend');
  const held = existsSync(file) ? (await readFile(file, 'utf8')).trim() : undefined;
  if (held === undefined) return writeFileAtomic(file, `${on}\n`, 0o644);
  if (held !== on)
    throw new StartError(
      `the data folder ${dataDir} holds a shop on ${held}, and this one runs on ${on}: name another folder with DATA_DIR, ` +
        'or run `npm run reset` with the same DATA_DIR to delete what is there',
    );
}

/** Makes a folder one of this shop's format. */
export const markDataFolder = (dataDir: string): Promise<void> =>
  writeFileAtomic(join(dataDir, versionFile), `ecommerce-platform ${formatVersion}\n`, 0o644);

/**
 * True when the folder is not there or is empty; false when it is a data folder that this version can use.
 * Touches nothing.
 * @throws StartError when it is anything else
 */
export async function isUnused(dataDir: string): Promise<boolean> {
  let names: string[];
  try {
    names = await readdir(dataDir);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return true;
    const why = code === 'ENOTDIR' ? 'it, or a part of its path, is a file' : message;
    throw new StartError(`the data folder ${dataDir} cannot be used (${why}): name another with DATA_DIR`, {
      cause,
    });
  }
  // What a start that was interrupted within its first milliseconds leaves.
  if (names.every((name) => name.startsWith(`${versionFile}.`))) return true;
  const text = await readFile(join(dataDir, versionFile), 'utf8').catch(() => '');
  const version = versionText.exec(text)?.[1];
  if (version === undefined) {
    throw new StartError(
      `${dataDir} holds other things than a shop's data, and was left as it is: name an empty or new folder with DATA_DIR`,
    );
  }
  if (Number(version) > formatVersion) {
    throw new StartError(
      `the data folder ${dataDir} belongs to a newer version of the shop (format ${version}; this one knows ${formatVersion}): ` +
        'update the project, or name another folder with DATA_DIR',
    );
  }
  return false;
}
