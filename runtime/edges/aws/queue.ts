import { setTimeout as sleep } from 'node:timers/promises';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { deadLetterQueueName, type Queues, queueName } from '../../adapters/aws/queues.ts';
import { createDelivery, type Deliver, type Outcome } from '../../consumers/deliver.ts';
import type { Documents } from '../../ports/documents.ts';
import type { Consumer } from '../../ports/event-bus.ts';
import type { Logger } from '../../telemetry/log.ts';
import { countOf } from './count.ts';
import { settleFailure } from './failure.ts';
import { type Incoming, lanesOf, readMessage } from './message.ts';

export interface QueueEdgeOptions {
  readonly consumers: readonly Consumer[];
  /** The table that the consumers read and commit to. */
  readonly documents: Documents;
  /** With which the names of all queues begin. */
  readonly prefix: string;
  readonly queues: Queues;
  readonly logger: Logger;
}

/** As much of Lambda's context as the edge looks at. */
export type Deadline = Pick<Context, 'getRemainingTimeInMillis'>;

export type QueueEdge = (event: SQSEvent, context: Deadline) => Promise<SQSBatchResponse>;

/** What is left of the function's time when it answers with what is done so far, in milliseconds. */
const marginMs = 2_000;

interface Target {
  readonly consumer: string;
  readonly deliver: Deliver;
  readonly queue: string;
  readonly deadLetterQueue: string;
}

/**
 * Hands a batch of messages to the consumer that the queue's name tells. Messages about the same aggregate are
 * handled one after the other, all others at once; each succeeds or fails by itself. What is not done when the
 * function's time is nearly over comes again when it is visible again.
 */
export function createQueueEdge(options: QueueEdgeOptions): QueueEdge {
  const { consumers, documents, prefix, queues, logger } = options;
  const targets = new Map<string, Target>(
    consumers.map((consumer) => [
      queueName(prefix, consumer.name),
      {
        consumer: consumer.name,
        deliver: createDelivery(consumer, documents, logger),
        queue: queueName(prefix, consumer.name),
        deadLetterQueue: deadLetterQueueName(prefix, consumer.name),
      },
    ]),
  );

  /** True when the message may go. */
  const handle = async ({ consumer, deliver, ...place }: Target, message: Incoming): Promise<boolean> => {
    const outcome: Outcome = await deliver(message);
    if (!outcome) {
      const count = countOf(prefix, consumer, message.body);
      if (count) logger.info(count, 'handled');
      return true;
    }
    return settleFailure(queues, place, message, outcome).catch((error: unknown) => {
      // It stays hidden for as long as the queue says, and comes again then.
      logger.warn({ err: error, queue: place.queue }, 'a failed message could not be put off');
      return false;
    });
  };

  return async ({ Records }, context) => {
    const left = new Set(Records.map(({ messageId }) => messageId));
    let over = false;
    const lanes = lanesOf(Records.map(readMessage)).map(async (lane) => {
      for (const message of lane) {
        if (over) return;
        const target = targetOf(targets, message.record);
        if (await handle(target, message)) left.delete(message.record.messageId);
      }
    });
    const timer = new AbortController();
    const deadline = Math.max(0, context.getRemainingTimeInMillis() - marginMs);
    await Promise.race([
      Promise.all(lanes),
      sleep(deadline, undefined, { signal: timer.signal }).catch(() => {}),
    ]);
    over = true;
    timer.abort();
    return { batchItemFailures: [...left].map((itemIdentifier) => ({ itemIdentifier })) };
  };
}

function targetOf(targets: ReadonlyMap<string, Target>, { eventSourceARN }: SQSRecord): Target {
  const queue = eventSourceARN.slice(eventSourceARN.lastIndexOf(':') + 1);
  const target = targets.get(queue);
  if (!target)
    throw new Error(`no consumer here is for queue ${queue}: ${[...targets.keys()].join(', ')} are`);
  return target;
}
