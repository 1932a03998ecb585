import DataLoader from 'dataloader';
import type { TableDefinition } from '../../function-service.ts';
import type {
  Document,
  DocumentKey,
  DocumentReader,
  Documents,
  IndexQuery,
  Page,
  Unit,
} from '../../ports/documents.ts';
import type { Database } from '../../sql/pool.ts';
import { readCursor, writeCursor } from '../shared/cursor.ts';
import type { Committer } from './group-commit.ts';

/** Runs a statement: on the pool, or on the connection of a transaction. */
export type Query = (
  text: string,
  values: readonly unknown[],
  name: string,
) => Promise<{ rows: Record<string, unknown>[] }>;

interface Row {
  readonly partition: string;
  readonly id: string;
  readonly version: number;
  readonly body: unknown;
}

/** Documents as JSONB in PostgreSQL. */
export function createDocuments(database: Database, table: TableDefinition, commit: Committer): Documents {
  const query: Query = (text, values, name) => database.query(text, values, name);
  const indexNames = Object.keys(table.indexes);
  return {
    ...createReader(query, table.name),
    commit: (unit: Unit) => commit({ service: table.name, indexes: table.indexes, unit }),
    query: async <Body>(index: string, options: IndexQuery) => {
      const number = indexNames.indexOf(index) + 1;
      if (number === 0) throw new Error(`table ${table.name} has no index ${index}`);
      return (await queryIndex(query, table.name, number, options)) as Page<Document<Body>>;
    },
    scan: async <Body>({ limit = 100, cursor }: { limit?: number; cursor?: string } = {}) => {
      const [partition, id] = cursor === undefined ? ['', ''] : readCursor(cursor, 2);
      const { rows } = await query(
        `select partition, id, version, body from document
         where service = $1 and (partition, id) > ($2, $3) order by partition, id limit $4`,
        [table.name, partition, id, limit + 1],
        'document-scan',
      );
      return page<Body>(rows as unknown as Row[], limit, (row) => [row.partition, row.id]);
    },
  };
}

/** Statements that read documents by key at the same time, a table. */
const maxReads = 2;

/**
 * Reads asked for in one turn of the event loop are one statement; and while `maxReads` are on their way, those
 * that come meanwhile gather for the next, so that the busier the shop, the fewer round trips.
 */
export function createReader(query: Query, service: string): DocumentReader {
  let underWay = 0;
  let held: (() => void)[] = [];
  const schedule = (dispatch: () => void) => {
    if (underWay < maxReads) setImmediate(dispatch);
    else held.push(dispatch);
  };
  const release = () => {
    underWay -= 1;
    const next = held;
    held = [];
    for (const dispatch of next) dispatch();
  };
  const loader = new DataLoader<DocumentKey, Document<unknown> | undefined>(
    async (keys) => {
      underWay += 1;
      const { rows } = await query(
        `select d.partition, d.id, d.version, d.body
         from unnest($2::text[], $3::text[]) as k(partition, id)
         join document d on d.service = $1 and d.partition = k.partition and d.id = k.id`,
        [service, keys.map((key) => key.partition), keys.map((key) => key.id)],
        'document-get',
      ).finally(release);
      const found = new Map((rows as unknown as Row[]).map((row) => [name(row), row]));
      return keys.map((key) => found.get(name(key)));
    },
    { cache: false, maxBatchSize: 500, batchScheduleFn: schedule },
  );
  return { get: async <Body>(key: DocumentKey) => (await loader.load(key)) as Document<Body> | undefined };
}

async function queryIndex(
  query: Query,
  service: string,
  number: number,
  { hash, order = 'asc', before, limit = 100, cursor }: IndexQuery,
): Promise<Page<Document<unknown>>> {
  const position = `(index${number}_sort, partition, id)`;
  const direction = order === 'asc' ? '>' : '<';
  const after = cursor === undefined ? undefined : readCursor(cursor, 3);
  const conditions = [
    `service = $1 and index${number}_hash = $2`,
    before === undefined ? 'and $3::text is null' : `and index${number}_sort < $3`,
    after ? `and ${position} ${direction} ($5, $6, $7)` : '',
  ];
  const columns = [`index${number}_sort`, 'partition', 'id'].map((column) => `${column} ${order}`);
  const { rows } = await query(
    `select partition, id, version, body, index${number}_sort as sort from document
     where ${conditions.join(' ')} order by ${columns.join(', ')} limit $4`,
    [service, hash, before ?? null, limit + 1, ...(after ?? [])],
    `document-index-${number}-${order}-${before === undefined}-${cursor === undefined}`,
  );
  return page(rows as unknown as (Row & { sort: string })[], limit, (row) => [
    row.sort,
    row.partition,
    row.id,
  ]);
}

function page<Body, R extends Row = Row>(
  rows: readonly R[],
  limit: number,
  position: (row: R) => string[],
): Page<Document<Body>> {
  const items = rows
    .slice(0, limit)
    .map(({ partition, id, version, body }) => ({ partition, id, version, body: body as Body }));
  const last = rows[limit - 1];
  if (rows.length <= limit || !last) return { items };
  return { items, cursor: writeCursor(position(last)) };
}

const name = (key: DocumentKey) => `${key.partition}\u0000${key.id}`;
