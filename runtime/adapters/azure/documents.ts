import type { Container, JSONValue } from '@azure/cosmos';
import type { TableDefinition } from '../../function-service.ts';
import type { Document, DocumentKey, Documents, IndexQuery, Page } from '../../ports/documents.ts';
import { readCursor, writeCursor } from '../shared/cursor.ts';
import type { Lazy } from './clients.ts';
import { createCommit } from './commit.ts';
import { type DocumentItem, documentId, positionText, sortBound, sortText, toDocument } from './items.ts';
import { withRetries } from './retry.ts';

/** The documents of one table in Cosmos DB: a container of their own, a partition key for each partition. */
export function createDocuments(container: Lazy<Container>, table: TableDefinition): Documents {
  const indexNames = Object.keys(table.indexes);
  return {
    get: async <Body>(key: DocumentKey) => {
      const item = (await container()).item(documentId(key.id), key.partition);
      const resource = await withRetries(async () => ({
        result: (await item.read<DocumentItem>()).resource,
      }));
      return resource && toDocument<Body>(resource);
    },
    commit: createCommit(container, table),
    query: async <Body>(index: string, options: IndexQuery) => {
      const number = indexNames.indexOf(index) + 1;
      if (number === 0) throw new Error(`table ${table.name} has no index ${index}`);
      return queryIndex<Body>(await container(), number, options);
    },
    scan: async <Body>({ limit = 100, cursor }: { limit?: number; cursor?: string } = {}) => {
      const [partition = '', id = ''] = cursor === undefined ? [] : readCursor(cursor, 2);
      const items = await select(await container(), {
        where: 'c.position > @after',
        order: 'c.position ASC',
        parameters: { after: cursor === undefined ? '' : positionText({ partition, id }) },
        limit: limit + 1,
      });
      return page<Body>(items, limit, (item) => [item.partition, toDocument(item).id]);
    },
  };
}

async function queryIndex<Body>(
  container: Container,
  number: number,
  { hash, order = 'asc', before, limit = 100, cursor }: IndexQuery,
): Promise<Page<Document<Body>>> {
  const sort = `c.i${number}s`;
  const conditions = [`c.i${number}h = @hash`];
  const parameters: Record<string, string> = { hash };
  if (before !== undefined) {
    conditions.push(`${sort} < @before`);
    parameters.before = sortBound(before);
  }
  if (cursor !== undefined) {
    const [sortKey = '', partition = '', id = ''] = readCursor(cursor, 3);
    conditions.push(`${sort} ${order === 'asc' ? '>' : '<'} @after`);
    parameters.after = sortText(sortKey, { partition, id });
  }
  const items = await select(container, {
    where: conditions.join(' AND '),
    order: `${sort} ${order.toUpperCase()}`,
    parameters,
    limit: limit + 1,
  });
  return page<Body>(items, limit, (item) => {
    const key = { partition: item.partition, id: toDocument(item).id };
    return [sortKeyOf(String(item[`i${number}s` as 'i1s']), key), key.partition, key.id];
  });
}

/** The sort key within a text that `sortText` made. */
function sortKeyOf(text: string, key: DocumentKey): string {
  const end = sortText('', key);
  return text.slice(0, -end.length).replaceAll('\u0001\u0002', '\u0001');
}

interface Selection {
  readonly where: string;
  readonly order: string;
  readonly parameters: Readonly<Record<string, JSONValue>>;
  readonly limit: number;
}

/** In order over all partitions: the client merges what each range answers. */
export async function select<Item = DocumentItem>(
  container: Container,
  { where, order, parameters, limit }: Selection,
): Promise<Item[]> {
  const query = {
    query: `SELECT TOP ${limit} * FROM c WHERE ${where} ORDER BY ${order}`,
    parameters: Object.entries(parameters).map(([name, value]) => ({ name: `@${name}`, value })),
  };
  // A query that spans partitions needs a plan: it is asked for at once, not after a refusal.
  const options = { forceQueryPlan: true, maxItemCount: limit };
  return withRetries(async () => ({
    result: (await container.items.query<Item>(query, options).fetchAll()).resources,
  }));
}

function page<Body>(
  items: readonly DocumentItem[],
  limit: number,
  position: (item: DocumentItem) => string[],
): Page<Document<Body>> {
  const found = items.slice(0, limit).map((item) => toDocument<Body>(item));
  const last = items[limit - 1];
  return items.length <= limit || !last
    ? { items: found }
    : { items: found, cursor: writeCursor(position(last)) };
}
