import { setTimeout as sleep } from 'node:timers/promises';
import type { SQSRecord } from 'aws-lambda';
import {
  attemptsAttribute,
  type Queues,
  reasonAttribute,
  type TextAttributes,
} from '../../adapters/aws/queues.ts';
import type { Outcome } from '../../consumers/deliver.ts';
import type { Incoming } from './message.ts';

/** The longest that SQS holds a message back, in seconds. */
const maxDelaySeconds = 900;

/** Reasons are cut to so many characters: they count towards a message's size. */
const maxReasonLength = 700;

/**
 * Does with a failed message what was decided: true when it may go from its queue.
 *
 * - Given up, it goes to the dead letters with the reason.
 * - A failure that counts leaves it where it is, out of sight for the delay: SQS counts the receive.
 * - One that does not count (the store is away) must not be counted by SQS either, or a long outage would fill the
 *   dead letters: a copy that tells the attempts so far takes its place.
 */
export async function settleFailure(
  queues: Queues,
  { queue, deadLetterQueue }: { readonly queue: string; readonly deadLetterQueue: string },
  { record, attempts }: Incoming,
  { dead, attempts: counted, delayMs, reason }: NonNullable<Outcome>,
): Promise<boolean> {
  const attributes = { ...textsOf(record), [attemptsAttribute]: String(counted) };
  if (dead) {
    const why = { ...attributes, [reasonAttribute]: reason.slice(0, maxReasonLength) };
    await queues.send(deadLetterQueue, record.body, why);
    return true;
  }
  // SQS counts whole seconds, so what is left of one is waited for here.
  await sleep(delayMs % 1000);
  const seconds = Math.floor(delayMs / 1000);
  if (counted === attempts) {
    await queues.send(queue, record.body, attributes, Math.min(seconds, maxDelaySeconds));
    return true;
  }
  await queues.hide(queue, record.receiptHandle, seconds);
  return false;
}

function textsOf({ messageAttributes }: SQSRecord): TextAttributes {
  return Object.fromEntries(
    Object.entries(messageAttributes).map(([name, { stringValue }]) => [name, stringValue]),
  );
}
