import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Options for spawn: whom PostgreSQL runs as. Empty when it is the present user. */
export interface Owner {
  readonly uid?: number;
  readonly gid?: number;
}

/**
 * PostgreSQL refuses to run as root. Then it runs as the user who owns the cluster, when there is one already,
 * else as `postgres` where that user exists, else as `nobody`.
 */
export async function postgresOwner(cluster: string): Promise<Owner> {
  if (process.getuid?.() !== 0) return {};
  const existing = await stat(cluster).catch(() => undefined);
  if (existing && existing.uid !== 0) return { uid: existing.uid, gid: existing.gid };
  for (const name of ['postgres', 'nobody']) {
    const uid = await run('id', ['-u', name]).catch(() => undefined);
    const gid = await run('id', ['-g', name]).catch(() => undefined);
    if (uid && gid) return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  }
  throw new Error(
    'PostgreSQL cannot run as root, and there is no user postgres or nobody: run as another user',
  );
}

/** Whether that user can enter the folder: tried, not computed from modes. */
export const canEnter = (owner: Owner, folder: string): Promise<boolean> =>
  succeeds(owner, 'test', ['-x', folder]);

/** Whether that user can run the program, its libraries included. */
export const canRun = (owner: Owner, program: string): Promise<boolean> =>
  succeeds(owner, program, ['--version']);

async function succeeds(owner: Owner, program: string, args: readonly string[]): Promise<boolean> {
  try {
    await run(program, args, { ...owner, cwd: '/', timeout: 10_000 });
    return true;
  } catch {
    return false;
  }
}
