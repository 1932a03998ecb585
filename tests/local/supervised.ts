import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { resetDataFolder } from '../../local/supervisor/reset.ts';
import { freePort } from '../support/free-port.ts';

export interface ProcessStatus {
  readonly name: string;
  readonly pid?: number;
  readonly restarts: number;
  readonly state: string;
}

/** A supervisor with small children, as a process of its own, for one data folder. */
export interface Supervised {
  readonly process: ChildProcess;
  readonly gatewayUrl: string;
  readonly consoleUrl: string;
  readonly port: number;
  /** All it wrote. */
  output(): string;
  /** @throws Error with the output when it ends instead, or after 30 s */
  untilOpen(): Promise<void>;
  untilSaid(text: string): Promise<void>;
  /** @returns the exit code, or the signal that ended it */
  untilEnded(): Promise<number | string>;
  statuses(): Promise<ProcessStatus[]>;
}

const standIn = fileURLToPath(new URL('./stand-in/start.ts', import.meta.url));
const running = new Set<ChildProcess>();
const folders = new Set<string>();

/** A folder's path under a new temporary folder; not there yet. */
export async function newDataDir(base = tmpdir()): Promise<string> {
  const folder = await mkdtemp(join(base, 'shop-local-'));
  folders.add(folder);
  // mkdtemp makes it private; what that means for root has a test of its own.
  await chmod(folder, 0o755);
  return join(folder, 'data');
}

export async function startSupervised(
  dataDir: string,
  env: NodeJS.ProcessEnv = {},
  options: { readonly uid?: number; readonly gid?: number; readonly script?: string } = {},
): Promise<Supervised> {
  const { script = standIn, ...owner } = options;
  const port = env.PORT === undefined ? await freePort() : Number(env.PORT);
  const consolePort = env.CONSOLE_PORT === undefined ? await freePort() : Number(env.CONSOLE_PORT);
  const child = spawn(process.execPath, [script], {
    ...owner,
    cwd: tmpdir(),
    env: { ...process.env, DATA_DIR: dataDir, PORT: String(port), CONSOLE_PORT: String(consolePort), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let written = '';
  const keep = (data: Buffer) => {
    written += data;
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const ended = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | string);
  const until = async (text: string) => {
    const deadline = Date.now() + 30_000;
    while (!written.includes(text)) {
      const over = child.exitCode ?? child.signalCode;
      if (over !== null) throw new Error(`it ended (${over}) before it said "${text}":\n${written}`);
      if (Date.now() > deadline) throw new Error(`it did not say "${text}" in 30 s:\n${written}`);
      await sleep(10);
    }
  };
  const consoleUrl = `http://127.0.0.1:${consolePort}`;
  return {
    process: child,
    gatewayUrl: `http://127.0.0.1:${port}`,
    consoleUrl,
    port,
    output: () => written,
    untilOpen: () => until('the shop is open'),
    untilSaid: until,
    untilEnded: async () => {
      const result = await ended;
      running.delete(child);
      return result;
    },
    statuses: async () => (await (await fetch(consoleUrl)).json()) as ProcessStatus[],
  };
}

/** Waits until a check holds. @throws AssertionError or whatever it threw last, after `withinMs` */
export async function eventually(check: () => Promise<void> | void, withinMs = 15_000): Promise<void> {
  for (const deadline = Date.now() + withinMs; ; await sleep(20)) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}

/**
 * Processes that live and belong to a data folder: by their command line (PostgreSQL) or environment (the
 * rest). Read from /proc, hence on Linux only; elsewhere there are none to be seen.
 */
export function processesOf(dataDir: string): number[] {
  if (!existsSync('/proc')) return [];
  const usual = join(dataDir, 'postgres');
  const cluster = existsSync(usual) ? realpathSync(usual) : usual;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        const environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
        return command.includes(cluster) || environment.split('\0').includes(`DATA_DIR=${dataDir}`);
      } catch {
        return false;
      }
    })
    .map(Number);
}

/** For `afterEach`: ends what a test left running and removes what it made. */
export async function cleanUp(): Promise<void> {
  for (const child of running) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  }
  running.clear();
  for (const folder of folders) {
    const dataDir = join(folder, 'data');
    await eventually(() => resetDataFolder(dataDir).then(() => {})).catch(() => {});
    await rm(folder, { recursive: true, force: true });
  }
  folders.clear();
}
