import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/**
 * Stand-ins as a process to be killed, once they are ready.
 * @param module  sends a message when they are
 * @throws Error when it ends before
 */
export async function forkStandIns(module: string, options: object): Promise<ChildProcess> {
  const child = fork(module, [JSON.stringify(options)], { execArgv: [] });
  const ended = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`the stand-ins ended before they were ready: ${signal ?? code}`);
  });
  await Promise.race([once(child, 'message'), ended]);
  ended.catch(() => {});
  return child;
}
