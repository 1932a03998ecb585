import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdir, mkdtemp, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { makePassage, type Placement, sharedFolder } from './placement.ts';

export const superuser = 'postgres';

/**
 * Makes the cluster beside its place and moves it there when it is whole, so that an interrupted first start
 * leaves nothing half made. What earlier interrupted starts left beside it is removed.
 */
export async function initializeCluster(
  placement: Placement,
  wanted: string,
  password: string,
  signal?: AbortSignal,
): Promise<void> {
  const { owner, binaries, cluster, elsewhere } = placement;
  const parent = dirname(cluster);
  if (elsewhere) {
    await makePassage(sharedFolder);
    await makePassage(parent);
  } else {
    await mkdir(parent, { recursive: true });
  }
  await removeStaging(cluster);
  const staging = await mkdtemp(stagingPrefix(cluster));
  try {
    const passwordFile = join(staging, 'password');
    await writeFile(passwordFile, password, { mode: 0o600 });
    if (owner.uid !== undefined && owner.gid !== undefined) {
      await chown(staging, owner.uid, owner.gid);
      await chown(passwordFile, owner.uid, owner.gid);
    }
    const made = join(staging, 'cluster');
    const settings = [
      `--pgdata=${made}`,
      `--username=${superuser}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--locale=C.UTF-8',
    ];
    await runToItsEnd(binaries.initdb, settings, { ...owner, cwd: staging }, signal);
    await rename(made, cluster);
    if (elsewhere) await symlink(cluster, resolve(wanted));
  } finally {
    await removeStaging(cluster);
  }
}

const initdbDeadlineMs = 120_000;

/**
 * Resolves or rejects only when the program and all that it started are gone, also when it is given up.
 * @throws Error with what it wrote
 */
async function runToItsEnd(
  program: string,
  args: readonly string[],
  options: { readonly uid?: number; readonly gid?: number; readonly cwd: string },
  signal: AbortSignal = new AbortController().signal,
): Promise<void> {
  signal.throwIfAborted();
  const windows = process.platform === 'win32';
  const child = spawn(program, args, {
    ...options,
    env: serverEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
    // It starts servers of its own, which are to end with it.
    detached: !windows,
  });
  let written = '';
  const keep = (data: Buffer) => {
    written = (written + data).slice(-2_000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const end = () => {
    if (child.pid === undefined) return;
    try {
      if (windows) child.kill();
      else process.kill(-child.pid, 'SIGTERM');
    } catch {
      // All of them had ended by themselves.
    }
  };
  signal.addEventListener('abort', end);
  const deadline = setTimeout(end, initdbDeadlineMs);
  try {
    const [code, killedBy] = await once(child, 'close');
    signal.throwIfAborted();
    if (code !== 0) throw new Error(`${program} ended with ${killedBy ?? `exit code ${code}`}\n${written}`);
  } finally {
    clearTimeout(deadline);
    signal.removeEventListener('abort', end);
  }
}

/** PostgreSQL's own programs need little, and the caller's PGDATA, LD_LIBRARY_PATH and the like would mislead them. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC', SystemRoot: process.env.SystemRoot };
}

const stagingPrefix = (cluster: string) => `${cluster}.new-`;

/** An initdb that outlived its killed supervisor may still write there; it fails when its folder goes. */
async function removeStaging(cluster: string): Promise<void> {
  const prefix = basename(stagingPrefix(cluster));
  for (const name of await readdir(dirname(cluster))) {
    if (!name.startsWith(prefix)) continue;
    await rm(join(dirname(cluster), name), { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
}
