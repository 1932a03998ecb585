import {
  CreateTableCommand,
  type DynamoDBClient,
  type KeySchemaElement,
  ResourceInUseException,
} from '@aws-sdk/client-dynamodb';
import { type Table, tableShape } from '../../runtime/adapters/aws/table.ts';

/** Makes a document table as its shape says. Time to live is left out: no stand-in deletes anything. */
export async function createTable(client: DynamoDBClient, { tableName, definition }: Table): Promise<void> {
  const shape = tableShape(definition);
  const indexes = shape.secondaryIndexes;
  const keys = [shape, ...indexes].flatMap(({ hashKey, rangeKey }) => [hashKey, rangeKey]);
  await client.send(
    new CreateTableCommand({
      TableName: tableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [...new Set(keys)].map((AttributeName) => ({
        AttributeName,
        AttributeType: 'S',
      })),
      KeySchema: keySchema(shape),
      GlobalSecondaryIndexes: indexes.map((index) => ({
        IndexName: index.name,
        KeySchema: keySchema(index),
        Projection: { ProjectionType: 'ALL' },
      })),
      StreamSpecification: { StreamEnabled: true, StreamViewType: shape.streamView },
    }),
  );
}

/** Keeps a table that is there. */
export async function ensureTable(client: DynamoDBClient, table: Table): Promise<void> {
  await createTable(client, table).catch((error: unknown) => {
    if (!(error instanceof ResourceInUseException)) throw error;
  });
}

const keySchema = ({ hashKey, rangeKey }: { hashKey: string; rangeKey: string }): KeySchemaElement[] => [
  { AttributeName: hashKey, KeyType: 'HASH' },
  { AttributeName: rangeKey, KeyType: 'RANGE' },
];
