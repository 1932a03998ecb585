import { execFile } from 'node:child_process';
import { readFile, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Ends a server that a killed supervisor left on this cluster: fast shutdown, then immediate, then by force.
 * A lock file whose process is something else by now (the machine was restarted) is removed, as PostgreSQL
 * would stumble over it.
 * @returns the process that was ended, if there was one
 */
export async function stopLeftoverServer(cluster: string): Promise<number | undefined> {
  const lockFile = join(cluster, 'postmaster.pid');
  const pid = Number.parseInt(await readFile(lockFile, 'utf8').catch(() => ''), 10);
  if (!Number.isInteger(pid) || pid <= 1) return undefined;
  const serving = await serves(pid, cluster);
  for (const [signal, waitMs] of serving ? escalation : []) {
    if (!send(pid, signal) || (await isGone(pid, cluster, waitMs))) break;
  }
  // With no such process PostgreSQL sees by itself that the file is stale, and looks for its other traces too.
  if (send(pid, 0)) await rm(lockFile, { force: true });
  return serving ? pid : undefined;
}

/** How a server is stopped: fast, then immediate, then by force; with the time each gets, in milliseconds. */
const escalation: readonly (readonly [NodeJS.Signals, number])[] = [
  ['SIGINT', 6_000],
  ['SIGQUIT', 3_000],
  ['SIGKILL', 3_000],
];

/** A dead process that nobody has waited for (a zombie) has no command line, and serves nothing. */
async function serves(pid: number, cluster: string): Promise<boolean> {
  const command = (await commandLine(pid)) ?? '';
  return command.includes('postgres') && command.includes(await realpath(cluster));
}

async function commandLine(pid: number): Promise<string | undefined> {
  if (process.platform === 'linux') {
    return readFile(`/proc/${pid}/cmdline`, 'utf8').then(
      (text) => text.replaceAll('\0', ' '),
      () => undefined,
    );
  }
  return run('ps', ['-o', 'command=', '-p', String(pid)]).then(
    ({ stdout }) => stdout,
    () => undefined,
  );
}

function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function isGone(pid: number, cluster: string, withinMs: number): Promise<boolean> {
  for (const deadline = Date.now() + withinMs; Date.now() < deadline; await sleep(20)) {
    if (!(await serves(pid, cluster))) return true;
  }
  return false;
}
