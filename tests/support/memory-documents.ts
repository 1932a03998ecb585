import type { ShopEvent } from '../../runtime/contracts/events/envelope.ts';
import { AlreadyHandledError, ConflictError, InsufficientError } from '../../runtime/errors.ts';
import type { TableDefinition } from '../../runtime/function-service.ts';
import type {
  Document,
  DocumentKey,
  Documents,
  IndexEntry,
  Unit,
  Write,
} from '../../runtime/ports/documents.ts';

/**
 * Documents in memory for unit tests of handlers: the port's semantics (versions, conflicts, adjustments,
 * handled marks, a unit as a whole or not at all) without durability or concurrency of its own. The port's
 * contract suite is what says how the real ones behave.
 */
export interface MemoryDocuments extends Documents {
  /** What the committed units published, in order. */
  readonly events: ShopEvent[];
  /** Every document by `partition/id`. */
  readonly all: ReadonlyMap<string, Document<unknown>>;
}

type Body = Record<string, unknown>;

export function createMemoryDocuments(
  table: TableDefinition = { name: 'test', indexes: {} },
): MemoryDocuments {
  const stored = new Map<string, Document<Body>>();
  const handled = new Set<string>();
  const events: ShopEvent[] = [];
  const nameOf = ({ partition, id }: DocumentKey) => `${partition}/${id}`;

  const apply = (partition: string, write: Write): Document<Body> | undefined => {
    const key = { partition, id: write.id };
    const now = stored.get(nameOf(key));
    if (write.kind === 'adjust') {
      if (!now) throw new InsufficientError(`${nameOf(key)} does not exist`);
      const body = { ...now.body };
      for (const [field, by] of Object.entries(write.by)) {
        const sum = Number(body[field] ?? 0) + by;
        if (sum < 0) throw new InsufficientError(`${field} of ${nameOf(key)} would be ${sum}`);
        body[field] = sum;
      }
      return { ...key, version: now.version + 1, body };
    }
    if (write.kind === 'create') {
      if (now) throw new ConflictError(`${nameOf(key)} exists`);
      return { ...key, version: write.version ?? 1, body: toJson(write.body) };
    }
    if (now?.version !== write.version) throw new ConflictError(`${nameOf(key)} was changed`);
    return write.kind === 'delete'
      ? undefined
      : { ...key, version: now.version + 1, body: toJson(write.body) };
  };

  return {
    events,
    all: stored,
    get: async <B>(key: DocumentKey) => structuredClone(stored.get(nameOf(key))) as Document<B> | undefined,
    commit: async (unit: Unit) => {
      const mark = unit.handled && `${unit.handled.consumer}/${unit.handled.eventId}`;
      if (mark !== undefined && handled.has(mark)) throw new AlreadyHandledError(mark);
      const changes = unit.writes.map(
        (write) => [`${unit.partition}/${write.id}`, apply(unit.partition, write)] as const,
      );
      if (new Set(changes.map(([name]) => name)).size < changes.length) {
        throw new Error('a unit has at most one write a document');
      }
      for (const [name, document] of changes) {
        if (document) stored.set(name, document);
        else stored.delete(name);
      }
      if (mark !== undefined) handled.add(mark);
      events.push(...(unit.events ?? []));
    },
    query: async <B>(
      index: string,
      {
        hash,
        order = 'asc',
        before,
        limit = 100,
      }: { hash: string; order?: 'asc' | 'desc'; before?: string; limit?: number },
    ) => {
      const entryOf = table.indexes[index] as
        | ((body: unknown, key: DocumentKey) => IndexEntry | undefined)
        | undefined;
      if (!entryOf) throw new Error(`table ${table.name} has no index ${index}`);
      const found = [...stored.values()]
        .map((document) => ({ document, entry: entryOf(document.body, document) }))
        .filter(({ entry }) => entry?.hash === hash && (before === undefined || entry.sort < before))
        .sort((a, b) => ((a.entry?.sort ?? '') < (b.entry?.sort ?? '') ? -1 : 1));
      if (order === 'desc') found.reverse();
      return { items: found.slice(0, limit).map(({ document }) => structuredClone(document) as Document<B>) };
    },
    scan: async <B>() => ({ items: [...stored.values()].map((one) => structuredClone(one) as Document<B>) }),
  };
}

/** What a document store keeps of a body: `undefined` is gone. */
const toJson = (body: object): Body => JSON.parse(JSON.stringify(body));
