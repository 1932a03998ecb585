import { type ChildProcess, fork } from 'node:child_process';
import { freePort } from '../../tests/support/free-port.ts';
import type { Closing } from './closing.ts';

/** A server in a process of its own. */
export interface Server {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts a module as a process with an IPC channel. */
export function startChild(
  module: URL,
  closing: Closing,
  settings: Readonly<Record<string, string>> = {},
): ChildProcess {
  const child = fork(module, { env: { ...process.env, ...settings } });
  closing.push(() => stopChild(child));
  return child;
}

/** Its next message; rejects when it ends instead. */
export function nextMessage(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code) =>
      reject(new Error(`a process of the benchmark ended at its start (${code})`)),
    );
  });
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

/** One of `local/processes` on a free port, when it is ready. */
export async function startShopProcess(
  name: 'product' | 'functions',
  closing: Closing,
  settings: Readonly<Record<string, string>>,
): Promise<Server> {
  const port = String(await freePort());
  const module = new URL(`../../local/processes/${name}.ts`, import.meta.url);
  const child = startChild(module, closing, { LOG_LEVEL: 'warn', ...settings, PORT: port });
  await nextMessage(child);
  return { url: `http://127.0.0.1:${port}`, pid: child.pid ?? 0, stop: () => stopChild(child) };
}
