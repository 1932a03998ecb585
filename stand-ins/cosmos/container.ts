import { randomUUID } from 'node:crypto';
import { ChangeLog } from './changes.ts';
import { applyPatch, type Patch } from './patch.ts';
import { rangeOf } from './ranges.ts';
import { compare, type Query, valueAt } from './sql.ts';

export interface ContainerDefinition {
  readonly id: string;
  readonly partitionKey: { readonly paths: readonly string[] };
  readonly indexingPolicy?: {
    readonly includedPaths?: readonly { readonly path: string }[];
    readonly excludedPaths?: readonly { readonly path: string }[];
  };
  /** Seconds; -1: only items with a `ttl` of their own expire. Absent: none does. */
  readonly defaultTtl?: number;
}

export type Resource = Record<string, unknown> & { readonly id: string };

/** An operation's answer: HTTP's status, and the item or why not. */
export interface Result {
  readonly status: number;
  readonly resource?: Resource;
  readonly message?: string;
}

export interface Operation {
  readonly operationType: string;
  readonly id?: string;
  readonly resourceBody?: unknown;
  readonly ifMatch?: string;
}

export interface Stored {
  /** Its partition and id. */
  readonly key: string;
  readonly resource: Resource;
  readonly partition: string;
  /** The number of the write in its container. */
  readonly lsn: number;
  readonly writtenAt: number;
}

/** What a container had when it was opened, and where it keeps what is written. */
export interface KeptItems {
  readonly rid: string;
  /** Of the latest write. */
  readonly lsn: number;
  /** In the order of their writing. */
  items(): Stored[];
  /** @param changes the items as they are now; undefined where one is gone */
  save(changes: ReadonlyMap<string, Stored | undefined>, lsn: number): void;
}

const maxItemBytes = 2 * 1024 * 1024;

/**
 * One container, in memory, and kept as well where it is told to. Every operation is done at once, so that each, and
 * each batch, is atomic.
 */
export class Container {
  readonly definition: ContainerDefinition;
  readonly rid: string;
  readonly #now: () => number;
  readonly #kept: KeptItems | undefined;
  readonly #items = new Map<string, Stored>();
  readonly #changes = new ChangeLog(this.#items);
  #lsn: number;

  constructor(definition: ContainerDefinition, now: () => number, kept?: KeptItems) {
    this.definition = definition;
    this.rid = kept?.rid ?? randomUUID();
    this.#now = now;
    this.#kept = kept;
    this.#lsn = kept?.lsn ?? 0;
    const expired = new Map<string, undefined>();
    for (const stored of kept?.items() ?? []) {
      if (!this.#isAlive(stored)) expired.set(stored.key, undefined);
      else {
        this.#items.set(stored.key, stored);
        this.#changes.add(stored);
      }
    }
    if (expired.size > 0) kept?.save(expired, this.#lsn);
  }

  run(partition: string, operation: Operation): Result {
    return this.batch(partition, [operation])[0] as Result;
  }

  /** All or none: what failed has its status, the others 424, and the items are as before. */
  batch(partition: string, operations: readonly Operation[]): Result[] {
    this.#lsn += 1;
    const before = new Map<string, Stored | undefined>();
    const results: Result[] = [];
    for (const operation of operations) {
      const key = keyOf(
        partition,
        operation.id ?? (operation.resourceBody as Resource | undefined)?.id ?? '',
      );
      if (!before.has(key)) before.set(key, this.#items.get(key));
      const result = this.#run(partition, operation);
      if (result.status < 400) results.push(result);
      else {
        for (const [touched, stored] of before) this.#restore(touched, stored);
        this.#settle(before);
        return operations.map((other) => (other === operation ? result : { status: 424 }));
      }
    }
    this.#settle(before);
    return results;
  }

  /** What was changed is in the change feed, and kept; only a change counts as a write. */
  #settle(before: ReadonlyMap<string, Stored | undefined>): void {
    const changes = new Map<string, Stored | undefined>();
    for (const [key, old] of before) {
      const stored = this.#items.get(key);
      if (stored === old) continue;
      changes.set(key, stored);
      if (stored) this.#changes.add(stored);
    }
    if (changes.size > 0) this.#kept?.save(changes, this.#lsn);
    else this.#lsn -= 1;
  }

  /** One page of one partition or one range. */
  query(query: Query, where: { readonly partition?: string; readonly range?: string }): Resource[] {
    const isThere = ({ partition }: Stored) =>
      where.partition === undefined ? rangeOf(partition) === where.range : partition === where.partition;
    const found: Resource[] = [];
    for (const stored of this.#items.values()) {
      const matches = query.where(stored.resource) === true && isThere(stored) && this.#isAlive(stored);
      if (matches) found.push(stored.resource);
    }
    const { orderBy } = query;
    if (orderBy) {
      const sign = orderBy.descending ? -1 : 1;
      found.sort((a, b) => sign * (compare(valueAt(a, orderBy.path), valueAt(b, orderBy.path)) ?? 0));
    }
    return query.top === undefined ? found : found.slice(0, query.top);
  }

  /** The first of a query's paths that the indexing policy leaves out. */
  unindexedPath(query: Query): string | undefined {
    const { includedPaths = [{ path: '/*' }] } = this.definition.indexingPolicy ?? {};
    const included = includedPaths.map(({ path }) => path);
    const isIndexed = (path: string) => included.includes('/*') || included.includes(`${path}/?`);
    return query.paths.map((path) => `/${path.join('/')}`).find((path) => !isIndexed(path));
  }

  /** The latest version of what was written after `lsn`, oldest first; a batch is never torn apart. */
  changes(range: string, lsn: number, most: number): { readonly items: Resource[]; readonly lsn: number } {
    const page: Stored[] = [];
    for (const stored of this.#changes.after(range, lsn)) {
      if (page.length >= most && stored.lsn !== page.at(-1)?.lsn) break;
      if (this.#isAlive(stored)) page.push(stored);
    }
    return {
      items: page.map(({ resource, lsn: _lsn }) => ({ ...resource, _lsn })),
      lsn: page.at(-1)?.lsn ?? lsn,
    };
  }

  /** The number of the latest write. */
  get lsn(): number {
    return this.#lsn;
  }

  #run(partition: string, operation: Operation): Result {
    const body = operation.resourceBody as Resource | undefined;
    const id = operation.id ?? body?.id ?? '';
    const stored = this.#find(partition, id);
    switch (operation.operationType) {
      case 'Create':
        if (stored) return { status: 409, message: 'Resource with specified id or name already exists.' };
        return this.#write(partition, body, 201);
      case 'Upsert':
        if (stored && mismatch(stored, operation)) return preconditionFailed;
        return this.#write(partition, body, stored ? 200 : 201);
      default:
    }
    if (!stored) return { status: 404, message: 'Resource Not Found.' };
    if (operation.operationType === 'Read') return { status: 200, resource: stored.resource };
    if (mismatch(stored, operation)) return preconditionFailed;
    switch (operation.operationType) {
      case 'Replace':
        return this.#write(partition, body, 200);
      case 'Delete':
        this.#items.delete(keyOf(partition, id));
        return { status: 204 };
      case 'Patch': {
        const [fixedPath = ''] = this.definition.partitionKey.paths;
        const patched = applyPatch(stored.resource, operation.resourceBody as Patch, fixedPath);
        return 'item' in patched ? this.#write(partition, patched.item as Resource, 200) : patched;
      }
      default:
        return { status: 400, message: `no operation is called ${operation.operationType}` };
    }
  }

  #write(partition: string, body: Resource | undefined, status: number): Result {
    if (typeof body?.id !== 'string' || body.id === '' || /[/\\?#]/.test(body.id) || body.id.length > 1_023) {
      return { status: 400, message: 'The input id is invalid: 1 to 1023 characters without / \\ ? #' };
    }
    const [path = ''] = this.definition.partitionKey.paths;
    if (JSON.stringify([valueAt(body, path.split('/').slice(1))]) !== partition) {
      return { status: 400, message: 'PartitionKey extracted from document does not match the header.' };
    }
    if (Buffer.byteLength(JSON.stringify(body)) > maxItemBytes) {
      return { status: 413, message: 'Request size is too large' };
    }
    const key = keyOf(partition, body.id);
    const writtenAt = this.#now();
    const resource = {
      ...body,
      _rid: this.#items.get(key)?.resource._rid ?? randomUUID(),
      _etag: `"${randomUUID()}"`,
      _ts: Math.floor(writtenAt / 1000),
    };
    this.#items.delete(key);
    this.#items.set(key, { key, resource, partition, lsn: this.#lsn, writtenAt });
    return { status, resource };
  }

  #find(partition: string, id: string): Stored | undefined {
    const stored = this.#items.get(keyOf(partition, id));
    return stored && this.#isAlive(stored) ? stored : undefined;
  }

  #restore(key: string, stored: Stored | undefined): void {
    if (stored) this.#items.set(key, stored);
    else this.#items.delete(key);
  }

  #isAlive({ resource, writtenAt }: Stored): boolean {
    const { defaultTtl } = this.definition;
    if (defaultTtl === undefined) return true;
    const ttl = typeof resource.ttl === 'number' ? resource.ttl : defaultTtl;
    return ttl < 0 || this.#now() < writtenAt + ttl * 1000;
  }
}

const preconditionFailed: Result = { status: 412, message: 'One of the specified pre-condition is not met.' };

function mismatch({ resource }: Stored, { ifMatch }: Operation): boolean {
  return ifMatch !== undefined && ifMatch !== '*' && ifMatch !== resource._etag;
}

const keyOf = (partition: string, id: string) => `${partition}\0${id}`;
