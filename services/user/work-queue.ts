import { ProblemError } from '../../runtime/http/problem.ts';

export interface WorkQueueOptions {
  /** Pieces of work under way at once. */
  readonly concurrency: number;
  /** Pieces that may wait beside them. */
  readonly maxWaiting: number;
}

export type WorkQueue = <Result>(work: () => Promise<Result>) => Promise<Result>;

/**
 * Runs costly work a few at a time, in order of arrival, so that a flood costs bounded memory and time.
 * @throws ProblemError 503 with Retry-After when the queue is full
 */
export function createWorkQueue({ concurrency, maxWaiting }: WorkQueueOptions): WorkQueue {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= concurrency) {
      if (waiting.length >= maxWaiting) throw busy();
      // Whoever finishes hands over its place, so `running` stays as it is.
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      running += 1;
    }
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}

const busy = () =>
  new ProblemError(503, 'Too many people are logging in right now. Try again in a moment.', {
    headers: { 'retry-after': '2' },
  });
