import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { readEvent } from '../../adapters/aws/outbox.ts';
import type { OutboxEntry, OutboxRelay } from '../../adapters/shared/relay.ts';

export type StreamEdge = (event: DynamoDBStreamEvent) => Promise<DynamoDBBatchResponse>;

/**
 * Publishes the events among the records of a table's stream. Records are delivered again from the first failure
 * on; what was published of them already is published twice then, which is harmless.
 *
 * @param relays by table name
 */
export function createStreamEdge(relays: ReadonlyMap<string, OutboxRelay>): StreamEdge {
  return async ({ Records }) => {
    const sequenceNumbers = new Map<OutboxEntry, string>();
    const byRelay = new Map<OutboxRelay, OutboxEntry[]>();
    for (const record of Records) {
      const entry = newEvent(record);
      if (!entry) continue;
      sequenceNumbers.set(entry, record.dynamodb?.SequenceNumber ?? '');
      const relay = relayOf(relays, record);
      byRelay.set(relay, [...(byRelay.get(relay) ?? []), entry]);
    }
    const left = await Promise.all([...byRelay].map(([relay, entries]) => relay.relay(entries)));
    const failed = new Set(left.flat());
    // In the order of the records.
    const [first] = [...sequenceNumbers].filter(([entry]) => failed.has(entry));
    return { batchItemFailures: first ? [{ itemIdentifier: first[1] }] : [] };
  };
}

/** An event is told of once more when it is published, and when it expires. */
function newEvent({ eventName, dynamodb }: DynamoDBRecord): OutboxEntry | undefined {
  if (eventName !== 'INSERT' || !dynamodb?.NewImage) return undefined;
  return readEvent(dynamodb.NewImage as Record<string, AttributeValue>);
}

function relayOf(
  relays: ReadonlyMap<string, OutboxRelay>,
  { eventSourceARN = '' }: DynamoDBRecord,
): OutboxRelay {
  const table = /:table\/([^/]+)/.exec(eventSourceARN)?.[1] ?? '';
  const relay = relays.get(table);
  if (!relay)
    throw new Error(`no table here has the stream ${eventSourceARN}: ${[...relays.keys()].join(', ')} do`);
  return relay;
}
