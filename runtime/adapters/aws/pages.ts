import { type DynamoDBClient, QueryCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { InvalidCursorError } from '../../errors.ts';
import type { Document, IndexQuery, Page } from '../../ports/documents.ts';
import { readCursor, writeCursor } from '../shared/cursor.ts';
import { reaching } from './errors.ts';
import { documentKey, documentPrefix, type Item, indexPosition, keyOf, readDocument } from './items.ts';
import { indexKeys, type Table } from './table.ts';

/** One page of what DynamoDB reads from a key on, which may be empty and not the last. */
type ReadOn = (from: Item | undefined, limit: number) => Promise<{ Items?: Item[]; LastEvaluatedKey?: Item }>;

export async function queryIndex<Body>(
  client: DynamoDBClient,
  { tableName: TableName, definition }: Table,
  index: string,
  { hash, order = 'asc', before, limit = 100, cursor }: IndexQuery,
): Promise<Page<Document<Body>>> {
  const position = Object.keys(definition.indexes).indexOf(index);
  if (position === -1) throw new Error(`table ${definition.name} has no index ${index}`);
  const { hashKey, rangeKey } = indexKeys(position);
  // Nothing is below it, and DynamoDB takes no empty key.
  if (before === '') return { items: [] };
  const readOn: ReadOn = (ExclusiveStartKey, Limit) =>
    client.send(
      new QueryCommand({
        TableName,
        IndexName: index,
        KeyConditionExpression: before === undefined ? '#h = :hash' : '#h = :hash AND #s < :before',
        ExpressionAttributeNames: { '#h': hashKey, ...(before !== undefined && { '#s': rangeKey }) },
        ExpressionAttributeValues: {
          ':hash': { S: hash },
          ...(before !== undefined && { ':before': { S: before } }),
        },
        ScanIndexForward: order === 'asc',
        ExclusiveStartKey,
        Limit,
      }),
    );
  const start = cursor === undefined ? undefined : startOf(readCursor(cursor, 3));
  return collect(readOn, start, limit, (item) => {
    const { partition, id } = keyOf(item);
    return [item[rangeKey]?.S?.slice(0, -(partition.length + id.length + 2)) ?? '', partition, id];
  });

  function startOf([sort = '', partition = '', id = '']: string[]): Item {
    const key = { partition: checked(partition), id };
    return { ...documentKey(key), [hashKey]: { S: hash }, [rangeKey]: { S: indexPosition(sort, key) } };
  }
}

export async function scanDocuments<Body>(
  client: DynamoDBClient,
  { tableName: TableName }: Table,
  { limit = 100, cursor }: { readonly limit?: number; readonly cursor?: string } = {},
): Promise<Page<Document<Body>>> {
  const readOn: ReadOn = (ExclusiveStartKey, Limit) =>
    client.send(
      new ScanCommand({
        TableName,
        FilterExpression: 'begins_with(sk, :documents)',
        ExpressionAttributeValues: { ':documents': { S: documentPrefix } },
        ConsistentRead: true,
        ExclusiveStartKey,
        Limit,
      }),
    );
  const [partition, id = ''] = cursor === undefined ? [] : readCursor(cursor, 2);
  const start = partition === undefined ? undefined : documentKey({ partition: checked(partition), id });
  return collect(readOn, start, limit, (item) => {
    const key = keyOf(item);
    return [key.partition, key.id];
  });
}

/** No document has an empty key: DynamoDB would refuse it. */
function checked(partition: string): string {
  if (partition === '') throw notOurs();
  return partition;
}

/** A key too long, or outside of what is asked for, is one that DynamoDB refuses to start from. */
const notOurs = (cause?: unknown) =>
  new InvalidCursorError('the cursor is not one that a page gave', { cause });

/** Reads on until the page is full, and one more to know whether it is the last. */
async function collect<Body>(
  readOn: ReadOn,
  start: Item | undefined,
  limit: number,
  position: (item: Item) => string[],
): Promise<Page<Document<Body>>> {
  const items: Item[] = [];
  let from = start;
  do {
    const after = from;
    const read = await reaching('DynamoDB', () => readOn(after, limit + 1)).catch((error: Error) => {
      throw start && error.name === 'ValidationException' ? notOurs(error) : error;
    });
    items.push(...(read.Items ?? []));
    from = read.LastEvaluatedKey;
  } while (from && items.length <= limit);
  const page = items.slice(0, limit);
  const last = page.at(-1);
  const documents = page.map((item) => readDocument<Body>(item));
  return items.length > limit && last
    ? { items: documents, cursor: writeCursor(position(last)) }
    : { items: documents };
}
