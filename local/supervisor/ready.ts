import { get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const pollMs = 25;

/**
 * Waits until a URL answers 200.
 * @throws Error after `deadlineMs`, with the last answer; the signal's reason when it is aborted
 */
export async function waitForOk(url: string, deadlineMs: number, signal: AbortSignal): Promise<void> {
  for (const deadline = Date.now() + deadlineMs; ; await sleep(pollMs)) {
    signal.throwIfAborted();
    const answer = await statusOf(url);
    if (answer === 200) return;
    if (Date.now() > deadline) {
      throw new Error(`${url} did not answer 200 within ${deadlineMs / 1000} s; its last answer: ${answer}`);
    }
  }
}

/** The status, or the error's code when there was no answer. */
function statusOf(url: string): Promise<number | string> {
  return new Promise((resolve) => {
    const request = get(url, { agent: false, timeout: 2_000 }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.on('timeout', () => request.destroy(new Error('no answer in 2 s')));
    request.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}
