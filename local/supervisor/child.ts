import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Launched } from './keeper.ts';
import type { LogSink } from './output.ts';

export interface ChildOptions {
  readonly file: string;
  readonly env: NodeJS.ProcessEnv;
  /** Takes the whole lines that the child writes. */
  readonly output: LogSink;
}

export interface Child extends Launched {
  /** Tells it something over IPC; nothing happens when it is gone. */
  tell(message: object): void;
}

/** Forks a script that reports `{type: 'ready'}` over IPC, ends on SIGTERM, and ends when the channel breaks. */
export function launchChild({ file, env, output }: ChildOptions): Child {
  const child = fork(file, [], {
    env,
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // In a group of its own, a terminal's Ctrl-C reaches it only through the supervisor, in the right order.
    detached: process.platform !== 'win32',
  });
  if (child.stdout) output.takeFrom(child.stdout);
  if (child.stderr) output.takeFrom(child.stderr);
  const ready = new Promise<void>((resolve) => {
    child.on('message', (message: { type?: string }) => {
      if (message.type === 'ready') resolve();
    });
  });
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => {
      if (child.pid === undefined) resolve(`it could not be run: ${error.message}`);
    });
    child.once('exit', (code, signal) => resolve(`it ended with ${signal ?? `exit code ${code}`}`));
  });
  return {
    pid: child.pid,
    ready,
    ended,
    tell: (message) => {
      // A channel that breaks in this very moment says so to the callback, not by a throw.
      if (child.connected) child.send(message, () => {});
    },
    stop: (graceMs) => stopChild(child, ended, graceMs),
  };
}

async function stopChild(child: ChildProcess, ended: Promise<string>, graceMs: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  child.kill('SIGTERM');
  const timer = new AbortController();
  sleep(graceMs, undefined, { signal: timer.signal }).then(
    () => child.kill('SIGKILL'),
    () => {},
  );
  await ended;
  timer.abort();
}
