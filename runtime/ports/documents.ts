import type { ShopEvent } from '../contracts/events/envelope.ts';

/** Names one document of one table. Everything that must change together shares a `partition`. */
export interface DocumentKey {
  readonly partition: string;
  readonly id: string;
}

export interface Document<Body> extends DocumentKey {
  /** Starts at 1, or where it was moved from, and grows by one with every write. */
  readonly version: number;
  readonly body: Body;
}

/**
 * One change to one document of the unit's partition.
 *
 * - `create` fails with ConflictError when the document exists. A `version` is for one that was moved here: it
 *   counts on from there. @default 1
 * - `replace` and `delete` fail with ConflictError unless the stored version is `version`.
 * - `adjust` adds each number of `by` to the field of that name (a missing field counts as 0) and fails with
 *   InsufficientError when any of them would go below zero or the document does not exist. It expects no
 *   version, so a hot document needs no retry loop; and it does not move the document in any index.
 */
export type Write =
  | { readonly kind: 'create'; readonly id: string; readonly body: object; readonly version?: number }
  | { readonly kind: 'replace'; readonly id: string; readonly version: number; readonly body: object }
  | { readonly kind: 'delete'; readonly id: string; readonly version: number }
  | { readonly kind: 'adjust'; readonly id: string; readonly by: Readonly<Record<string, number>> };

/** What a handler wants to have happened: committed as a whole, or not at all. At most one write a document. */
export interface Unit {
  readonly partition: string;
  readonly writes: readonly Write[];
  /** Published after the commit, and never without it. */
  readonly events?: readonly ShopEvent[];
  /** Marks an event as handled by a consumer: a second unit with the same mark fails with AlreadyHandledError. */
  readonly handled?: { readonly consumer: string; readonly eventId: string };
}

/** Where a document stands in a named index; `undefined` leaves it out. Strings sort by code point. */
export interface IndexEntry {
  readonly hash: string;
  readonly sort: string;
}

/** The named indexes of a table, each a pure function of the document. At most two. */
export type Indexes = Readonly<Record<string, (body: never, key: DocumentKey) => IndexEntry | undefined>>;

export interface IndexQuery {
  readonly hash: string;
  /** Ascending by sort key unless 'desc'. */
  readonly order?: 'asc' | 'desc';
  /** Only entries whose sort key is below this (exclusive). */
  readonly before?: string;
  /** 1 to 1000. @default 100 */
  readonly limit?: number;
  readonly cursor?: string;
}

export interface Page<Item> {
  readonly items: Item[];
  /** Pass it to the next query; absent on the last page. */
  readonly cursor?: string;
}

export interface DocumentReader {
  /** The latest committed version. */
  get<Body>(key: DocumentKey): Promise<Document<Body> | undefined>;
}

/** The documents of one service: one table, shared with nobody. */
export interface Documents extends DocumentReader {
  /** @throws ConflictError, InsufficientError, AlreadyHandledError, OversizeEventError, UnavailableError */
  commit(unit: Unit): Promise<void>;
  /**
   * Eventually consistent. A page never repeats or skips a document that did not move meanwhile.
   * @throws InvalidCursorError
   */
  query<Body>(index: string, query: IndexQuery): Promise<Page<Document<Body>>>;
  /** Every document, in no promised order: for export and for `npm run verify`. @throws InvalidCursorError */
  scan<Body>(options?: { readonly limit?: number; readonly cursor?: string }): Promise<Page<Document<Body>>>;
}
