import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, readFile, readlink, realpath, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { installationOf, type PostgresBinaries, postgresBinaries } from './binaries.ts';
import { canEnter, canRun, type Owner, postgresOwner } from './owner.ts';

const run = promisify(execFile);

/** Where root keeps what PostgreSQL's own user could not reach inside a private home. */
export const sharedFolder = '/var/lib/ecommerce-platform';

/** Whom PostgreSQL runs as, with which programs, and where its cluster really lies. */
export interface Placement {
  readonly owner: Owner;
  readonly binaries: PostgresBinaries;
  /** The cluster's folder without symbolic links in it; perhaps not there yet. */
  readonly cluster: string;
  /** True when `cluster` lies under `sharedFolder`, with a symbolic link in its usual place. */
  readonly elsewhere: boolean;
}

/**
 * Finds a place that PostgreSQL's user can reach. Usually that is the wanted one and npm's binaries. As root,
 * with the clone in a home that only root can enter, the cluster and a copy of the binaries go to
 * `/var/lib/ecommerce-platform` instead, and `wanted` becomes a symbolic link.
 */
export async function placeCluster(wanted: string): Promise<Placement> {
  const parent = await realpath(dirname(resolve(wanted)));
  const usual = join(parent, basename(wanted));
  const installed = await postgresBinaries();
  const target = await readlink(usual).catch(() => undefined);
  const present = target === undefined ? usual : resolve(parent, target);
  if (target !== undefined && !existsSync(join(present, 'PG_VERSION'))) {
    throw new Error(
      `the database cluster ${present}, to which ${usual} links, is gone: bring it back, or run \`npm run reset\` to start anew`,
    );
  }
  const owner = await postgresOwner(present);
  if (owner.uid === undefined) return { owner, binaries: installed, cluster: present, elsewhere: false };

  const binaries = (await canRun(owner, installed.postgres)) ? installed : await copyBinaries(installed);
  if (target !== undefined) return { owner, binaries, cluster: present, elsewhere: true };
  if (await canEnter(owner, parent)) return { owner, binaries, cluster: usual, elsewhere: false };
  return { owner, binaries, cluster: join(sharedPlaceOf(usual), 'postgres'), elsewhere: true };
}

/** The place outside the data folder that belongs to this cluster, whether it exists or not. */
export const sharedPlaceOf = (usual: string): string =>
  join(sharedFolder, createHash('sha256').update(usual).digest('hex').slice(0, 16));

/** How the names begin of the copies that root makes of this installation's binaries; the version follows. */
export function binariesPrefix(installed: PostgresBinaries): string {
  return `binaries-${createHash('sha256').update(installationOf(installed)).digest('hex').slice(0, 16)}-`;
}

/** Makes a folder of ours that every user may pass through, whatever the umask. */
export async function makePassage(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o755);
}

async function copyBinaries(installed: PostgresBinaries): Promise<PostgresBinaries> {
  const source = installationOf(installed);
  const { version } = JSON.parse(await readFile(join(dirname(source), 'package.json'), 'utf8'));
  const name = binariesPrefix(installed) + version;
  const target = join(sharedFolder, name);
  try {
    if (!existsSync(target)) await copyForAll(source, target);
  } catch (cause) {
    throw new Error(
      `PostgreSQL's own user cannot reach ${source}, and its copy cannot be made in ${sharedFolder}: ` +
        `${(cause as Error).message}. Put the project where every user may enter, or run as another user than root`,
      { cause },
    );
  }
  const copyOf = (program: string) => join(target, relative(source, program));
  return { initdb: copyOf(installed.initdb), postgres: copyOf(installed.postgres) };
}

async function copyForAll(source: string, target: string): Promise<void> {
  await makePassage(sharedFolder);
  const staging = `${target}.${randomUUID()}`;
  try {
    await cp(source, staging, { recursive: true, verbatimSymlinks: true });
    // The files of a clone made under a strict umask are root's alone.
    await run('chmod', ['-R', 'go+rX,go-w', staging]);
    await rename(staging, target).catch((error: NodeJS.ErrnoException) => {
      // Another start was quicker, with the same files.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}
