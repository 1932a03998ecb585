import pRetry from 'p-retry';
import { UnavailableError } from '../../errors.ts';

/** A service answered, and did not do it all: throttled, or in the way of others. What is left may be asked again. */
export class TryAgainError extends UnavailableError {}

/**
 * Repeats `work` while it throws TryAgainError: over about three seconds, with backoff and jitter. Requests that
 * failed as a whole were repeated by the client already, and are not here.
 */
export function tryAgain<Result>(work: () => Promise<Result>): Promise<Result> {
  return pRetry(work, {
    retries: 7,
    minTimeout: 20,
    maxTimeout: 1_000,
    randomize: true,
    shouldRetry: ({ error }) => error instanceof TryAgainError,
  });
}
