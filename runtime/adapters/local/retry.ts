import { identityOf } from '../../consumers/deliver.ts';
import type { IncomingMessage } from '../../consumers/handle.ts';
import { decide } from '../../consumers/retry.ts';
import { newId } from '../../ids.ts';
import type { Consumer } from '../../ports/event-bus.ts';
import { asUnavailable, type PoolClient } from '../../sql/pool.ts';
import type { Logger } from '../../telemetry/log.ts';

/** One message as it was taken: deleted from the queue by the transaction that is open. */
export interface Message extends IncomingMessage {
  readonly eventId: string;
  readonly subject: string;
}

export interface Failure {
  readonly message: Message;
  readonly error: unknown;
}

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
  const rows = failures.map(({ message, error }) => {
    const { attempts, dead, delayMs } = decide(consumer, message.attempts, asUnavailable(error));
    const log = {
      err: error,
      consumer: consumer.name,
      attempts,
      ...identityOf(message),
      eventId: message.eventId,
    };
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
