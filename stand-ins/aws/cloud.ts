import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { clientDefaults } from '../../runtime/adapters/aws/clients.ts';
import { tableName } from '../../runtime/adapters/aws/table.ts';
import type { TableDefinition } from '../../runtime/function-service.ts';
import type { Consumer } from '../../runtime/ports/event-bus.ts';
import { startDynamoDb } from '../dynamodb.ts';
import { startSnsSqs } from '../sns-sqs.ts';
import { createConsumerQueue, createListener, createTopic } from './queues.ts';
import { ensureTable } from './tables.ts';

export interface CloudOptions {
  readonly dynamoDbPort: number;
  readonly snsSqsPort: number;
  /** Where DynamoDB keeps its data; SNS and SQS have theirs in memory, until the process ends. */
  readonly dataDir: string;
  readonly client: (endpoint: string) => typeof clientDefaults & { readonly region: string };
  /** With which the names of all tables, queues and the topic begin. */
  readonly prefix: string;
  readonly topic: string;
  readonly tables: readonly TableDefinition[];
  readonly consumers: readonly Pick<Consumer, 'name' | 'types'>[];
  /** How long a message taken stays out of sight, in seconds. */
  readonly visibilitySeconds: number;
  /** The name of a queue that hears everything. */
  readonly listener: string;
}

export interface Cloud {
  stop(): Promise<void>;
}

/**
 * DynamoDB, SNS and SQS with all that the shop's infrastructure makes there. What is there already is kept, and
 * gets the attributes that are wanted now.
 */
export async function startCloud(options: CloudOptions): Promise<Cloud> {
  const { dynamoDbPort, snsSqsPort, dataDir, client, prefix, topic, tables, consumers } = options;
  await mkdir(join(dataDir, 'messages'), { recursive: true });
  const [dynamo, snsSqs] = await Promise.all([
    startDynamoDb({ port: dynamoDbPort, file: join(dataDir, 'documents.db') }),
    startSnsSqs({ port: snsSqsPort, folder: join(dataDir, 'messages') }),
  ]);
  const messages = client(snsSqs.endpoint);
  const [dynamoDb, sns, sqs] = [
    new DynamoDBClient(client(dynamo.endpoint)),
    new SNSClient(messages),
    new SQSClient(messages),
  ];
  try {
    for (const definition of tables) {
      await ensureTable(dynamoDb, { tableName: tableName(prefix, definition), definition });
    }
    const topicArn = await createTopic(sns, topic);
    const { visibilitySeconds, listener } = options;
    for (const consumer of consumers) {
      await createConsumerQueue({ sns, sqs }, consumer, { prefix, topicArn, visibilitySeconds });
    }
    await createListener({ sns, sqs }, listener, { topicArn, visibilitySeconds });
  } finally {
    for (const each of [dynamoDb, sns, sqs]) each.destroy();
  }
  return {
    stop: async () => {
      await Promise.all([dynamo.stop(), snsSqs.stop()]);
    },
  };
}
