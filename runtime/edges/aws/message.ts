import type { SQSRecord } from 'aws-lambda';
import { attemptsAttribute } from '../../adapters/aws/queues.ts';

/** A message of a batch with what its body says, as far as it says anything. */
export interface Incoming {
  readonly record: SQSRecord;
  readonly body: unknown;
  /** Deliveries that failed before. */
  readonly attempts: number;
}

export function readMessage(record: SQSRecord): Incoming {
  const before = Number(record.messageAttributes[attemptsAttribute]?.stringValue ?? 0);
  const attempts = before + Number(record.attributes.ApproximateReceiveCount) - 1;
  try {
    return { record, attempts, body: JSON.parse(record.body) };
  } catch {
    return { record, attempts, body: record.body };
  }
}

/** Messages about the same aggregate together, in their order; each of the others by itself. */
export function lanesOf(messages: readonly Incoming[]): Incoming[][] {
  const lanes = new Map<unknown, Incoming[]>();
  for (const message of messages) {
    const { subject } = (message.body ?? {}) as { subject?: unknown };
    const name = typeof subject === 'string' ? subject : message;
    const lane = lanes.get(name);
    if (lane) lane.push(message);
    else lanes.set(name, [message]);
  }
  return [...lanes.values()];
}
