import type { ShopEvent } from '../../contracts/events/envelope.ts';
import type { TableDefinition } from '../../function-service.ts';
import type { Document, DocumentKey, Unit } from '../../ports/documents.ts';

/**
 * The items of a table's container. Each kind has an id of its own beginning, so that none is taken for another:
 * `d:` documents, `e:` events on their way out, `m:` marks of events that were handled, `u:` receipts of units.
 */
export interface DocumentItem {
  readonly id: string;
  readonly partition: string;
  readonly version: number;
  readonly body: unknown;
  /** Partition and id as one text that sorts as the two do: a scan's order. */
  readonly position: string;
  /** Where it stands in the named indexes: hash, and sort key with the position behind it. */
  readonly i1h?: string | null;
  readonly i1s?: string | null;
  readonly i2h?: string | null;
  readonly i2s?: string | null;
}

export interface EventItem {
  readonly id: string;
  readonly partition: string;
  readonly event: ShopEvent;
  /** Milliseconds since 1970; gone once it is published, and then it expires. */
  readonly unpublishedSince?: number;
  readonly ttl?: number;
}

/** What proves that a unit was committed: an event's mark, or a receipt. */
export interface ProofItem {
  readonly id: string;
  readonly partition: string;
  /** The commit that made it. */
  readonly unit: string;
  readonly ttl: number;
}

/** How long marks and published events are kept, in seconds: far longer than any message is tried. */
export const keptSeconds = 7 * 24 * 60 * 60;

/** A receipt is asked for only while its own commit is being repeated. */
export const receiptSeconds = 10 * 60;

export const documentId = (id: string) => `d:${encodeId(id)}`;
export const eventId = (id: string) => `e:${encodeId(id)}`;
export const receiptId = (unit: string) => `u:${unit}`;
export const markId = ({ consumer, eventId }: NonNullable<Unit['handled']>) =>
  `m:${encodeId(consumer)}:${encodeId(eventId)}`;

/** Cosmos DB takes no `/ \ ? #` in an id, and its client no end of trouble with others: what is not plain is escaped. */
function encodeId(id: string): string {
  return id.replace(/[^\w.@=+-]/g, (unit) => `~${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function decodeId(id: string): string {
  return id.replace(/~([0-9a-f]{4})/g, (_, unit: string) => String.fromCharCode(Number.parseInt(unit, 16)));
}

export function toDocument<Body>({ id, partition, version, body }: DocumentItem): Document<Body> {
  return { partition, id: decodeId(id.slice(2)), version, body: body as Body };
}

/** The fields of an item that say where its document stands; null where it is left out of an index. */
export function indexFields(table: TableDefinition, body: object, key: DocumentKey): Partial<DocumentItem> {
  const fields = Object.values(table.indexes).flatMap((entryOf, index) => {
    const entry = entryOf(body as never, key);
    return [
      [`i${index + 1}h`, entry?.hash ?? null],
      [`i${index + 1}s`, entry ? sortText(entry.sort, key) : null],
    ];
  });
  return Object.fromEntries(fields);
}

export function positionText({ partition, id }: DocumentKey): string {
  return joined([partition, id]);
}

/** A sort key and behind it what makes it unique, as one text: a page then ends at one place only. */
export function sortText(sort: string, { partition, id }: DocumentKey): string {
  return joined([sort, partition, id]);
}

/** What lies below every text that `sortText` makes of this sort key or a larger one, and above all others. */
export const sortBound = (sort: string): string => escaped(sort);

/** Sorts as the list of its parts does: the parts are ended by what is smaller than anything in them. */
function joined(parts: readonly string[]): string {
  return parts.map(escaped).join('\u0001\u0001');
}

const escaped = (part: string): string => part.replaceAll('\u0001', '\u0001\u0002');
