/**
 * A real Redis or Valkey server from PATH, on a free port of 127.0.0.1, that keeps nothing on disk.
 *
 * It proves what the protocol and the server's own language do. It does not prove TLS, a cluster's slots,
 * failover, nor what ElastiCache Serverless or Azure Managed Redis leave out or limit.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Valkey {
  readonly port: number;
  readonly url: string;
  /** SIGSTOP: it takes connections and answers nothing. */
  pause(): void;
  resume(): void;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** On the same port, empty. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface ValkeyOptions {
  /** A free one of 127.0.0.1. */
  readonly port: number;
  /** Every client must log in with it. */
  readonly password?: string;
  /** As the server writes it, such as '4mb': beyond it writes are refused. */
  readonly maxMemory?: string;
}

/** How to get one where there is none. */
export const installValkey = 'apt-get install redis-server';

const programs = ['valkey-server', 'redis-server'];
const startDeadlineMs = 10_000;

/** The program on PATH, or undefined. */
export function findValkey(): string | undefined {
  return programs.find((program) => {
    try {
      execFileSync(program, ['--version'], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  });
}

/** @throws Error when there is no such program, or it does not start */
export async function startValkey({ port, password, maxMemory }: ValkeyOptions): Promise<Valkey> {
  const program = findValkey();
  if (program === undefined)
    throw new Error(`neither ${programs.join(' nor ')} is on PATH: ${installValkey}`);
  const folder = mkdtempSync(join(tmpdir(), 'valkey-'));
  let child: ChildProcess | undefined;

  const start = async () => {
    const flags = ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder];
    const memory = ['--save', '', '--appendonly', 'no', ...(maxMemory ? ['--maxmemory', maxMemory] : [])];
    const login = password ? ['--requirepass', password] : [];
    const started = spawn(program, [...flags, ...memory, ...login], { stdio: ['ignore', 'pipe', 'ignore'] });
    child = started;
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(
        () => reject(new Error(`${program} said nothing for ${startDeadlineMs} ms`)),
        startDeadlineMs,
      );
      started.once('error', reject);
      started.once('exit', (code) => reject(new Error(`${program} ended with ${code}`)));
      started.stdout.on('data', (text: Buffer) => {
        if (!text.toString().includes('Ready to accept connections')) return;
        clearTimeout(late);
        resolve();
      });
    });
  };
  const kill = async () => {
    const running = child;
    child = undefined;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    running.kill('SIGKILL');
    await once(running, 'exit');
  };

  await start();
  return {
    port,
    url: `redis://${password ? `:${encodeURIComponent(password)}@` : ''}127.0.0.1:${port}`,
    pause: () => child?.kill('SIGSTOP'),
    resume: () => child?.kill('SIGCONT'),
    kill,
    start,
    stop: async () => {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
