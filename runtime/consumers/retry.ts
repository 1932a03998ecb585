import { RetryLaterError, UnavailableError } from '../errors.ts';
import { type Consumer, defaultRetryPolicy, type RetryPolicy } from '../ports/event-bus.ts';

/** What becomes of a message that failed. */
export interface Decision {
  /** Failures that count, this one included. */
  readonly attempts: number;
  /** It is given up: to the dead letters. */
  readonly dead: boolean;
  /** Otherwise it comes again after so many milliseconds. */
  readonly delayMs: number;
}

/** A handler that names its own delay waits for something it expects, and is given more tries. */
export const patience = 100;

/** A conflict is somebody else's progress: decide again soon, this often, before it counts as a failure. */
export const conflictRetries = 4;

/**
 * Before deciding again, in milliseconds: anything up to 20, 40, 80, 160. At once, all who want the same document would
 * read it together and lose to one of them, again and again, until one of their messages is given up.
 */
export const conflictPauseMs = (round: number): number => Math.random() * 20 * 2 ** (round - 1);

export function decide(consumer: Consumer, failedBefore: number, error: unknown): Decision {
  const policy = consumer.retry ?? defaultRetryPolicy;
  // The store or a provider is away: no fault of the message, so it is not given up for it.
  const attempts = error instanceof UnavailableError ? failedBefore : failedBefore + 1;
  const named = error instanceof RetryLaterError;
  return {
    attempts,
    dead: attempts >= (named ? patience : policy.attempts),
    delayMs: Math.round(named ? error.delayMs : backoff(policy, failedBefore + 1)),
  };
}

/** Exponential, with jitter over its upper half. */
function backoff({ baseMs, maxMs }: RetryPolicy, attempt: number): number {
  return Math.min(maxMs, baseMs * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2);
}
