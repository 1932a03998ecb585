import { setTimeout as sleep } from 'node:timers/promises';
import { AlreadyHandledError, ConflictError, InsufficientError } from '../errors.ts';
import type { Documents } from '../ports/documents.ts';
import type { Consumer } from '../ports/event-bus.ts';
import { faultPoint } from '../telemetry/faults.ts';
import type { Logger } from '../telemetry/log.ts';
import { traceIdOf } from '../telemetry/tracing.ts';
import { createMessageHandler, type IncomingMessage } from './handle.ts';
import { conflictPauseMs, conflictRetries, type Decision, decide } from './retry.ts';

/** `undefined` when its effect is committed and the message may go; otherwise what becomes of it, and why. */
export type Outcome = undefined | (Decision & { readonly reason: string });

export type Deliver = (message: IncomingMessage) => Promise<Outcome>;

/**
 * For a bus that hands over one message at a time: handles it, commits what the handler makes of it, and decides
 * again from a fresh read when somebody else was faster. It never throws: a failure is an outcome.
 */
export function createDelivery(consumer: Consumer, documents: Documents, logger: Logger): Deliver {
  const handle = createMessageHandler(consumer);
  const once = async (message: IncomingMessage): Promise<void> => {
    for (let round = 1; ; round += 1) {
      try {
        const unit = await handle(message, documents);
        faultPoint('consumer.before-commit');
        if (unit) await documents.commit(unit);
        faultPoint('consumer.after-commit');
        return;
      } catch (error) {
        if (error instanceof AlreadyHandledError) return;
        const moved = error instanceof ConflictError || error instanceof InsufficientError;
        if (!moved || round > conflictRetries) throw error;
        await sleep(conflictPauseMs(round));
      }
    }
  };
  return async (message) => {
    try {
      await once(message);
      return undefined;
    } catch (error) {
      const decision = decide(consumer, message.attempts, error);
      const { dead, attempts } = decision;
      const about = { err: error, consumer: consumer.name, attempts, ...identityOf(message) };
      if (dead) logger.error(about, 'message given up: see the dead letters');
      else logger.debug(about, 'message will be tried again');
      return { ...decision, reason: String(error).slice(0, 1000) };
    }
  };
}

/** The span of the message is over by now: the event, as far as it is one, says which trace it was. */
export function identityOf({ body }: IncomingMessage): { eventId?: string; traceId?: string } {
  const { id, traceparent } = (body ?? {}) as { id?: unknown; traceparent?: unknown };
  const traceId = typeof traceparent === 'string' ? traceIdOf(traceparent) : undefined;
  return { ...(typeof id === 'string' && { eventId: id }), ...(traceId && { traceId }) };
}
