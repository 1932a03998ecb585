import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { ShopEvent } from '../../contracts/events/envelope.ts';
import { serializeEvent } from '../../contracts/events/make.ts';
import type { Document, DocumentKey, Indexes } from '../../ports/documents.ts';
import { indexKeys, unpublishedIndex } from './table.ts';

/**
 * What lies in a table. A document and the events said with it share a partition, and are told apart by the first
 * character of their sort key; a mark is a partition of its own, for it holds wherever the unit writes.
 *
 *   pk partition   sk d#<id>     version, body (a map), i1h i1s i2h i2s (its places in the named indexes)
 *   pk partition   sk e#<id>     event (JSON text), and `unpublished` until it is, `expires` after
 *   pk m#<consumer>#<id>  sk m   expires
 */
export type Item = Record<string, AttributeValue>;

export const documentPrefix = 'd#';
export const eventPrefix = 'e#';

/** How long a published event and a mark are kept, in milliseconds: longer than SQS keeps a message (14 days at most). */
export const keptMs = 15 * 24 * 60 * 60_000;

export const expiry = (now = Date.now()): AttributeValue => ({ N: String(Math.ceil((now + keptMs) / 1000)) });

export const documentKey = ({ partition, id }: DocumentKey): Item => ({
  pk: { S: partition },
  sk: { S: documentPrefix + id },
});

export function documentItem(key: DocumentKey, version: number, body: object, indexes: Indexes): Item {
  return {
    ...documentKey(key),
    version: { N: String(version) },
    body: { M: marshall(body, { removeUndefinedValues: true }) },
    ...indexAttributes(indexes, body, key),
  };
}

export function readDocument<Body>(item: Item): Document<Body> {
  return {
    ...keyOf(item),
    version: Number(item.version?.N),
    body: unmarshall(item.body?.M ?? {}) as Body,
  };
}

export function keyOf(item: Item): DocumentKey {
  return { partition: item.pk?.S ?? '', id: (item.sk?.S ?? '').slice(documentPrefix.length) };
}

/** A place in an index, and the key of the document that stands there: what sorts together is told apart by it. */
export const indexPosition = (sort: string, { partition, id }: DocumentKey): string =>
  [sort, partition, id].join('\0');

function indexAttributes(indexes: Indexes, body: object, key: DocumentKey): Item {
  const attributes: Item = {};
  for (const [position, entryOf] of Object.values(indexes).entries()) {
    const entry = entryOf(body as never, key);
    if (!entry) continue;
    const { hashKey, rangeKey } = indexKeys(position);
    attributes[hashKey] = { S: entry.hash };
    attributes[rangeKey] = { S: indexPosition(entry.sort, key) };
  }
  return attributes;
}

/** The index of unpublished events is spread over so many partitions, each good for 500 events a second. */
export const outboxShards = ['0', '1', '2', '3'];

/** @throws OversizeEventError */
export function unpublishedItem(partition: string, event: ShopEvent): Item {
  // The last character of a ULID is random.
  const shard = outboxShards[event.id.charCodeAt(event.id.length - 1) % outboxShards.length] ?? '0';
  return { ...eventItem(partition, event), [unpublishedIndex.hashKey]: { S: shard } };
}

export function publishedItem(partition: string, event: ShopEvent): Item {
  return { ...eventItem(partition, event), expires: expiry() };
}

const eventItem = (partition: string, event: ShopEvent): Item => ({
  pk: { S: partition },
  sk: { S: eventPrefix + event.id },
  event: { S: serializeEvent(event) },
});

export const markItem = ({ consumer, eventId }: { consumer: string; eventId: string }): Item => ({
  pk: { S: `m#${consumer}#${eventId}` },
  sk: { S: 'm' },
  expires: expiry(),
});
