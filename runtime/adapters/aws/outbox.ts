import {
  type AttributeValue,
  BatchWriteItemCommand,
  type DynamoDBClient,
  QueryCommand,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import { encodeTime } from 'ulid';
import type { ShopEvent } from '../../contracts/events/envelope.ts';
import type { OutboxEntry, OutboxStore } from '../shared/relay.ts';
import { reaching } from './errors.ts';
import { eventPrefix, type Item, outboxShards, publishedItem } from './items.ts';
import { TryAgainError, tryAgain } from './retry.ts';
import { type Table, unpublishedIndex } from './table.ts';

/** The events of a document table, found by its index of unpublished ones. */
export function createOutboxStore(client: DynamoDBClient, { tableName }: Table): OutboxStore {
  const find = async (shard: string, range: string, time: number, Limit: number) => {
    const input = {
      TableName: tableName,
      IndexName: unpublishedIndex.name,
      KeyConditionExpression: `#shard = :shard AND sk ${range} :time`,
      ExpressionAttributeNames: { '#shard': unpublishedIndex.hashKey },
      ExpressionAttributeValues: { ':shard': { S: shard }, ':time': { S: eventPrefix + encodeTime(time) } },
      Limit,
    };
    const { Items = [] } = await reaching('DynamoDB', () => client.send(new QueryCommand(input)));
    return Items.flatMap((item) => readEvent(item) ?? []);
  };
  return {
    unpublished: async (olderThanMs, limit) => {
      const now = Date.now();
      const each = Math.ceil(limit / outboxShards.length);
      const found = await Promise.all(
        outboxShards.flatMap((shard) => [
          find(shard, '<', now - olderThanMs, each),
          // Event ids tell the time of the process that made them, which may be ahead of this one's.
          find(shard, '>', now + aheadMs, each),
        ]),
      );
      return found.flat();
    },
    markPublished: async (entries) => {
      const puts = entries.map(({ partition, event }) => ({
        PutRequest: { Item: publishedItem(partition, event) },
      }));
      for (let from = 0; from < puts.length; from += batchSize) {
        await writeAll(client, tableName, puts.slice(from, from + batchSize));
      }
    },
  };
}

/** Clocks of one cloud differ by less; an event dated further ahead is the sweep's, in milliseconds. */
const aheadMs = 1_000;

/** The most that DynamoDB takes in one BatchWriteItem. */
const batchSize = 25;

/** The event in an item of a table or of its stream; undefined when it holds none that waits to be published. */
export function readEvent(item: Readonly<Record<string, AttributeValue>>): OutboxEntry | undefined {
  const { pk, event } = item as Item;
  if (!pk?.S || !event?.S || !item[unpublishedIndex.hashKey]) return undefined;
  // Not checked: it was when it was made, and each consumer checks what it gets.
  return { partition: pk.S, event: JSON.parse(event.S) as ShopEvent };
}

/** An event item never changes but for this, so that it can be put as a whole. */
async function writeAll(client: DynamoDBClient, table: string, requests: WriteRequest[]): Promise<void> {
  let left = requests;
  await tryAgain(async () => {
    const command = new BatchWriteItemCommand({ RequestItems: { [table]: left } });
    const { UnprocessedItems } = await reaching('DynamoDB', () => client.send(command));
    left = UnprocessedItems?.[table] ?? [];
    if (left.length > 0) throw new TryAgainError(`DynamoDB left ${left.length} writes undone`);
  });
}
