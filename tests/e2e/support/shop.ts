import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BackendName, backendName } from '../../../local/backends/names.ts';
import type { ShopParts } from '../../../local/backends/parts.ts';
import { openRunningShop, type RuntimeInfo, readRuntimeFile } from '../../../local/runtime-file.ts';
import { type Verdict, verifyShop } from '../../../local/verify/verify.ts';
import { freePort } from '../../support/free-port.ts';
import { slowness } from './deployed.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

export interface RunningProcess {
  readonly name: string;
  readonly pid: number;
  readonly restarts: number;
  readonly state: string;
}

/** What the shop of a suite stands on. */
export const shopOn = backendName(process.env.SHOP_ON || 'local');

/** A whole shop of its own, started as `npm run shop` starts it: supervisor, database, processes. */
export interface LocalShop {
  readonly url: string;
  readonly consoleUrl: string;
  readonly info: RuntimeInfo;
  readonly dataDir: string;
  readonly supervisor: ChildProcess;
  /** All that it wrote so far. */
  output(): string;
  processes(): Promise<RunningProcess[]>;
  /** SIGKILLs a process by name and waits until the supervisor has another one in its place. */
  kill(name: string): Promise<void>;
  /** Looks into it through the ports of what it stands on. */
  parts(name: string): Promise<ShopParts>;
  verify(restSeconds?: number): Promise<Verdict>;
  /** Runs a command of package.json (`local/commands/NAME.ts`) on this shop. */
  command(
    name: string,
    args: readonly string[],
    env?: NodeJS.ProcessEnv,
  ): Promise<{ code: number; output: string }>;
  /** Stops it and starts it again on the same data. */
  restart(how: 'SIGTERM' | 'SIGKILL', env?: NodeJS.ProcessEnv): Promise<LocalShop>;
  /** Stops it and forgets its data. */
  close(): Promise<void>;
}

/** @param env settings for the supervisor and its children @param on what it stands on @default the suite's */
export async function startLocalShop(env: NodeJS.ProcessEnv = {}, on = shopOn): Promise<LocalShop> {
  const dataDir = await mkdtemp(join(tmpdir(), 'shop-e2e-'));
  await chmod(dataDir, 0o755);
  const ports = { PORT: String(await freePort()), CONSOLE_PORT: String(await freePort()) };
  return launch(join(dataDir, 'data'), { ...ports, ...env }, on);
}

async function launch(dataDir: string, settings: NodeJS.ProcessEnv, on: BackendName): Promise<LocalShop> {
  const env = { ...process.env, LOG_LEVEL: 'warn', ...settings, DATA_DIR: dataDir };
  const supervisor = spawn(process.execPath, ['local/start.ts', '--on', on], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const keep = (data: Buffer) => {
    output = (output + data.toString()).slice(-200_000);
    if (process.env.SHOP_LOG) process.stderr.write(data);
  };
  supervisor.stdout.on('data', keep);
  supervisor.stderr.on('data', keep);
  const ended = new Promise<number | null>((resolve) => supervisor.once('exit', resolve));
  await waitFor(async () => {
    if (supervisor.exitCode !== null) throw new Fatal(`the shop did not start:\n${output}`);
    return output.includes('the shop is open');
  }, 90_000).catch((error: Error) => {
    supervisor.kill('SIGKILL');
    throw new Error(`${error.message}\n${output}`);
  });
  const info = await readRuntimeFile(dataDir);

  const processes = async () => {
    const response = await fetch(`${info.consoleUrl}/api/processes`);
    return ((await response.json()) as { items: RunningProcess[] }).items;
  };
  const stop = async (signal: NodeJS.Signals) => {
    if (supervisor.exitCode === null && supervisor.signalCode === null) supervisor.kill(signal);
    await ended;
  };
  return {
    url: info.gatewayUrl,
    consoleUrl: info.consoleUrl,
    info,
    dataDir,
    supervisor,
    output: () => output,
    processes,
    kill: async (name) => {
      const before = (await processes()).find((entry) => entry.name === name);
      if (!before) throw new Error(`there is no process ${name}`);
      process.kill(before.pid, 'SIGKILL');
      await waitFor(async () => {
        const now = (await processes().catch(() => [])).find((entry) => entry.name === name);
        return now !== undefined && now.pid !== before.pid && now.state === 'ready';
      }, 30_000);
    },
    parts: (name) => openRunningShop(info, name),
    verify: async (restSeconds = 60) => verifyShop(await openRunningShop(info, 'verify'), restSeconds * 1000),
    command: (name, args, more = {}) => run(`local/commands/${name}.ts`, args, { ...env, ...more }),
    restart: async (how, more = {}) => {
      await stop(how);
      return launch(dataDir, { ...settings, ...more }, on);
    },
    close: async () => {
      await stop('SIGTERM');
      await rm(join(dataDir, '..'), { recursive: true, force: true });
    },
  };
}

function run(file: string, args: readonly string[], env: NodeJS.ProcessEnv) {
  return new Promise<{ code: number; output: string }>((resolve) => {
    const child = spawn(process.execPath, [file, ...args], {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (data: Buffer) => {
      output += data;
    });
    child.stderr.on('data', (data: Buffer) => {
      output += data;
    });
    child.once('exit', (code) => resolve({ code: code ?? 1, output }));
  });
}

class Fatal extends Error {}

/** Polls until `check` is true. @param ms on this machine; a deployed shop is given more */
export async function waitFor(check: () => Promise<boolean>, ms: number): Promise<void> {
  const deadline = Date.now() + ms * slowness;
  for (;;) {
    const done = await check().catch((error: unknown) => {
      if (error instanceof Fatal) throw error;
      return false;
    });
    if (done) return;
    if (Date.now() > deadline) throw new Error(`waited ${ms * slowness} ms in vain`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A name nobody has had before, on a deployed shop neither. */
export const uniqueName = (prefix: string) => `${prefix}-${randomBytes(6).toString('hex')}`;
