import type { EventType, ShopEvent } from '../contracts/events/envelope.ts';
import type { DocumentReader, Unit } from './documents.ts';

export interface EventPublisher {
  /**
   * Hands events to every consumer whose filter names their type, at least once each. Publishing an event of
   * the same id again is harmless.
   * @throws OversizeEventError, UnavailableError
   */
  publish(events: readonly ShopEvent[]): Promise<void>;
}

/** How often a failing message is tried, and how long between: `baseMs × 2^(attempt-1)` up to `maxMs`, with jitter. */
export interface RetryPolicy {
  readonly attempts: number;
  readonly baseMs: number;
  readonly maxMs: number;
}

export interface HandlerContext {
  /** Reads the consumer's own table as the unit will find it. */
  readonly documents: DocumentReader;
  /** 1 on the first delivery. */
  readonly attempt: number;
}

/**
 * One queue with a filter, and what to do with one message of it. The handler returns the unit to commit
 * (`undefined`: nothing to change), or throws to have the message again: RetryLaterError names the delay,
 * anything else follows the retry policy and ends in the dead letters.
 */
export interface Consumer {
  readonly name: string;
  readonly types: readonly EventType[];
  /** @default defaultRetryPolicy */
  readonly retry?: RetryPolicy;
  handle(event: ShopEvent, context: HandlerContext): Promise<Unit | undefined>;
}

/** Six tries over about ten seconds, then the dead letters. */
export const defaultRetryPolicy: RetryPolicy = { attempts: 6, baseMs: 200, maxMs: 5_000 };

export interface DeadLetter {
  readonly id: string;
  readonly consumer: string;
  /** As it was published; that it does not follow its schema may be why it was given up. */
  readonly event: ShopEvent;
  readonly attempts: number;
  readonly reason: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

export interface DeadLetters {
  list(limit?: number): Promise<DeadLetter[]>;
  /** Puts the message back in its consumer's queue, attempts counted anew. False when there is no such letter. */
  redrive(id: string): Promise<boolean>;
  /** Forgets it. False when there is no such letter. */
  purge(id: string): Promise<boolean>;
}
