import { PublishBatchCommand, type PublishBatchRequestEntry, type SNSClient } from '@aws-sdk/client-sns';
import type { ShopEvent } from '../../contracts/events/envelope.ts';
import { serializeEvent } from '../../contracts/events/make.ts';
import type { EventPublisher } from '../../ports/event-bus.ts';
import { reaching } from './errors.ts';
import { TryAgainError, tryAgain } from './retry.ts';

/** SNS takes so many messages, and so many bytes, in one request. */
const maxEntries = 10;
const maxBatchBytes = 256 * 1024;

/** Publishes to an SNS topic, whose subscriptions filter by the attribute `type`. */
export function createSnsPublisher(client: SNSClient, topicArn: string): EventPublisher {
  return {
    publish: async (events) => {
      const batches = batchesOf(events.map(messageOf));
      await Promise.all(batches.map((batch) => publishBatch(client, topicArn, batch)));
    },
  };
}

interface Message {
  readonly bytes: number;
  readonly entry: Omit<PublishBatchRequestEntry, 'Id'>;
}

/** @throws OversizeEventError */
function messageOf(event: ShopEvent): Message {
  const text = serializeEvent(event);
  const attributes = { type: event.type, ...(event.traceparent && { traceparent: event.traceparent }) };
  return {
    bytes: Buffer.byteLength(text) + attributeBytes(attributes),
    entry: {
      Message: text,
      MessageAttributes: Object.fromEntries(
        Object.entries(attributes).map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
      ),
    },
  };
}

const attributeBytes = (attributes: Record<string, string>) =>
  Object.entries(attributes).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(`${name}String${value}`),
    0,
  );

function batchesOf(messages: readonly Message[]): Message[][] {
  const batches: Message[][] = [];
  let batch: Message[] = [];
  let bytes = 0;
  for (const message of messages) {
    if (batch.length === maxEntries || bytes + message.bytes > maxBatchBytes) {
      batches.push(batch);
      batch = [];
      bytes = 0;
    }
    batch.push(message);
    bytes += message.bytes;
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}

async function publishBatch(client: SNSClient, topicArn: string, batch: Message[]): Promise<void> {
  let left = batch.map(({ entry }, index) => ({ ...entry, Id: String(index) }));
  await tryAgain(async () => {
    const command = new PublishBatchCommand({ TopicArn: topicArn, PublishBatchRequestEntries: left });
    const { Failed = [] } = await reaching('SNS', () => client.send(command));
    if (Failed.length === 0) return;
    const refused = Failed.find(({ SenderFault }) => SenderFault);
    if (refused) throw new Error(`SNS refused an event: ${refused.Code}: ${refused.Message}`);
    const failed = new Set(Failed.map(({ Id }) => Id));
    left = left.filter(({ Id }) => failed.has(Id));
    throw new TryAgainError(`SNS did not take ${Failed.length} events: ${Failed[0]?.Code}`);
  });
}
