import type { ShopEvent } from '../../contracts/events/envelope.ts';
import { serializeEvent } from '../../contracts/events/make.ts';
import { AlreadyHandledError, ConflictError, InsufficientError } from '../../errors.ts';
import type { DocumentKey, Indexes, Unit } from '../../ports/documents.ts';
import type { Delivery } from './delivery.ts';

/** A unit and the table it writes to. */
export interface TableUnit {
  readonly service: string;
  readonly indexes: Indexes;
  readonly unit: Unit;
}

export const commitStatement = {
  name: 'commit-units',
  text: 'select commit_units($1, $2, $3, $4, $5, $6, $7, $8) as filled',
};

/** The consumers whose queues were filled: to be told once it is committed. */
export interface Filled extends Record<string, unknown> {
  readonly filled: readonly string[] | null;
}

/** The parameters of `commit_units` for a group of units. @throws OversizeEventError */
export function commitValues(units: readonly TableUnit[], delivery: Delivery): unknown[] {
  const creates: object[] = [];
  const replaces: object[] = [];
  const deletes: object[] = [];
  const adjusts = new Map<string, { by: Record<string, number>; times: number }>();
  const marks: object[] = [];
  const events: ShopEvent[] = [];
  for (const { service, indexes, unit } of units) {
    const { partition } = unit;
    for (const write of unit.writes) {
      const key = { service, partition, id: write.id };
      if (write.kind === 'create') {
        const { version, body } = write;
        creates.push({ ...key, version, body, ...indexColumns(indexes, body, key) });
      } else if (write.kind === 'replace') {
        const { version, body } = write;
        replaces.push({ ...key, version, body, ...indexColumns(indexes, body, key) });
      } else if (write.kind === 'delete') {
        deletes.push({ ...key, version: write.version });
      } else {
        addAdjustment(adjusts, key, write.by);
      }
    }
    if (unit.handled) marks.push({ consumer: unit.handled.consumer, event_id: unit.handled.eventId });
    if (unit.events) events.push(...unit.events);
  }
  return [
    jsonOrNull(creates),
    jsonOrNull(replaces),
    jsonOrNull(deletes),
    jsonOrNull([...adjusts].map(([key, sum]) => ({ ...JSON.parse(key), ...sum }))),
    jsonOrNull(marks),
    events.length === 0 ? null : eventRows(events),
    delivery.copies,
    delivery.spreadMs,
  ];
}

/** The rows of the event table, as JSON. @throws OversizeEventError */
export function eventRows(events: readonly ShopEvent[]): string {
  const rows = events.map((event) => {
    const { id, type, subject } = event;
    const head = JSON.stringify({ id, type, subject });
    // The event is JSON already, and stays the text it is.
    return `${head.slice(0, -1)},"body":${serializeEvent(event)}}`;
  });
  return `[${rows.join(',')}]`;
}

/** A group's adjustments of one document are one: if their sum fits, so does each. */
function addAdjustment(
  sums: Map<string, { by: Record<string, number>; times: number }>,
  key: object,
  by: Readonly<Record<string, number>>,
): void {
  const name = JSON.stringify(key);
  const sum = sums.get(name) ?? { by: {}, times: 0 };
  for (const [field, number] of Object.entries(by)) sum.by[field] = (sum.by[field] ?? 0) + number;
  sum.times += 1;
  sums.set(name, sum);
}

function indexColumns(indexes: Indexes, body: object, key: DocumentKey): object {
  const [first, second] = Object.values(indexes).map((entryOf) => entryOf(body as never, key));
  return { h1: first?.hash, s1: first?.sort, h2: second?.hash, s2: second?.sort };
}

function jsonOrNull(rows: readonly object[]): string | null {
  return rows.length === 0 ? null : JSON.stringify(rows);
}

/** The ports' error for an SQLSTATE of `commit_units`; undefined when it is something else. */
export function commitError(error: unknown): Error | undefined {
  const { code, message } = error as { code?: string; message: string };
  if (code === 'SH001') return new ConflictError(message, { cause: error });
  if (code === 'SH002') return new InsufficientError(message, { cause: error });
  if (code === 'SH003') return new AlreadyHandledError(message, { cause: error });
  // Deadlock or serialization failure: like any conflict, read again and repeat.
  if (code === '40P01' || code === '40001') return new ConflictError(message, { cause: error });
  return undefined;
}
