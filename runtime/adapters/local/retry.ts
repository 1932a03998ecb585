import { RetryLaterError, UnavailableError } from '../../errors.ts';
import { newId } from '../../ids.ts';
import { type Consumer, defaultRetryPolicy, type RetryPolicy } from '../../ports/event-bus.ts';
import { asUnavailable, type PoolClient } from '../../sql/pool.ts';
import type { Logger } from '../../telemetry/log.ts';
import { traceIdOf } from '../../telemetry/tracing.ts';

/** One message as it was taken: deleted from the queue by the transaction that is open. */
export interface Message {
  /** Deliveries that failed before this one. */
  readonly attempts: number;
  readonly eventId: string;
  readonly subject: string;
  /** The event, unchecked. */
  readonly body: unknown;
}

export interface Failure {
  readonly message: Message;
  readonly error: unknown;
}

/** A handler that names its own delay waits for something it expects, and is given more tries. */
const patience = 100;

/**
 * Puts failed messages back to be tried later, or among the dead letters after the bound. Answers in how many
 * milliseconds the first of them is due.
 */
export async function returnMessages(
  client: PoolClient,
  consumer: Consumer,
  failures: readonly Failure[],
  logger: Logger,
): Promise<number | undefined> {
  if (failures.length === 0) return undefined;
  const policy = consumer.retry ?? defaultRetryPolicy;
  const rows = failures.map(({ message, error }) => {
    const { attempts, dead, delayMs } = decide(policy, message.attempts, error);
    const { eventId } = message;
    const traceId = traceIdOf(traceparentOf(message));
    const log = { err: error, consumer: consumer.name, eventId, attempts, ...(traceId && { traceId }) };
    if (dead) logger.error(log, 'message given up: see the dead letters');
    else logger.debug(log, 'message will be tried again');
    return {
      consumer: consumer.name,
      event_id: message.eventId,
      attempts,
      delay_ms: delayMs,
      reason: String(error).slice(0, 1000),
      dead_id: dead ? newId() : null,
    };
  });
  const values = [JSON.stringify(rows)];
  await client.query({ name: 'queue-return', text: 'select return_messages($1)', values });
  const delays = rows.filter((row) => row.dead_id === null).map((row) => row.delay_ms);
  return delays.length > 0 ? Math.min(...delays) : undefined;
}

/** The span of the message is over by now: the event, as far as it is one, says which trace it was. */
function traceparentOf({ body }: Message): string | undefined {
  const { traceparent } = (body ?? {}) as { traceparent?: unknown };
  return typeof traceparent === 'string' ? traceparent : undefined;
}

function decide(policy: RetryPolicy, failedBefore: number, error: unknown) {
  // The store or a provider is away: no fault of the message, so it is not given up for it.
  const away = asUnavailable(error) instanceof UnavailableError;
  const attempts = away ? failedBefore : failedBefore + 1;
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
