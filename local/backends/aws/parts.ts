import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { functionShapes } from '../../../entries/functions/shape.ts';
import { createDeadLetters } from '../../../runtime/adapters/aws/dead-letters.ts';
import { createDocuments } from '../../../runtime/adapters/aws/documents.ts';
import { createOutboxStore } from '../../../runtime/adapters/aws/outbox.ts';
import { createSnsPublisher } from '../../../runtime/adapters/aws/publisher.ts';
import { createQueues, deadLetterQueueName, queueName } from '../../../runtime/adapters/aws/queues.ts';
import { tableName } from '../../../runtime/adapters/aws/table.ts';
import type { TableDefinition } from '../../../runtime/function-service.ts';
import { createCloudParts } from '../cloud-parts.ts';
import type { OpenParts } from '../parts.ts';
import { countMessages } from './counts.ts';
import { keepEvents } from './events.ts';
import { consoleQueue, readAwsSettings, standInClient } from './settings.ts';

export const openParts: OpenParts = (env, name, max = 2) => {
  const settings = readAwsSettings(env);
  const { RESOURCE_PREFIX: prefix, AWS_REGION: region } = settings;
  const dynamoDb = new DynamoDBClient(standInClient(region, settings.AWS_ENDPOINT_URL_DYNAMODB));
  const sqs = new SQSClient(standInClient(region, settings.AWS_ENDPOINT_URL_SQS));
  const queues = createQueues(sqs);
  const sns = new SNSClient(standInClient(region, settings.AWS_ENDPOINT_URL_SNS));

  const shapes = functionShapes(env);
  const consumers = shapes.flatMap((shape) => shape.consumers.map((consumer) => consumer.name));
  const tableOf = (definition: TableDefinition) => ({ tableName: tableName(prefix, definition), definition });
  const countAll = async (names: readonly string[]) => {
    const counts = await Promise.all(names.map((queue) => countMessages(sqs, queues, queue)));
    return counts.reduce((sum, count) => sum + count, 0);
  };
  return createCloudParts(
    { env, name, max, shapes },
    {
      open: (table) => createDocuments(dynamoDb, tableOf(table)),
      outbox: (table) => createOutboxStore(dynamoDb, tableOf(table)),
      publisher: createSnsPublisher(sns, settings.TOPIC_ARN),
      deadLetters: createDeadLetters({ client: sqs, prefix, consumers }),
      countDeadLetters: () => countAll(consumers.map((consumer) => deadLetterQueueName(prefix, consumer))),
      countMessages: () =>
        countAll([...consumers.map((consumer) => queueName(prefix, consumer)), consoleQueue(prefix)]),
      answers: () =>
        dynamoDb.send(new ListTablesCommand({ Limit: 1 })).then(
          () => true,
          () => false,
        ),
      keepEvents: async (database, logger) =>
        keepEvents(sqs, () => queues.urlOf(consoleQueue(prefix)), database, logger),
      close: async () => {
        for (const client of [dynamoDb, sns, sqs]) client.destroy();
      },
    },
  );
};
