import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { z } from 'zod';
import { createDeadLetters } from '../../../runtime/adapters/aws/dead-letters.ts';
import { createDocuments } from '../../../runtime/adapters/aws/documents.ts';
import { createOutboxStore } from '../../../runtime/adapters/aws/outbox.ts';
import { createQueues, deadLetterQueueName, queueName } from '../../../runtime/adapters/aws/queues.ts';
import { tableName } from '../../../runtime/adapters/aws/table.ts';
import { listEvents } from '../../../runtime/adapters/local/bus.ts';
import { connectShopDatabase, migrateShopDatabase } from '../../../runtime/adapters/local/shop-database.ts';
import { readEnv } from '../../../runtime/config/env.ts';
import type { TableDefinition } from '../../../runtime/function-service.ts';
import { openInbox } from '../document-inbox.ts';
import { countEvents, oldestEvent } from '../event-log.ts';
import { functionShapes } from '../functions.ts';
import type { OpenParts } from '../parts.ts';
import { countMessages } from './counts.ts';
import { keepEvents } from './events.ts';
import { openPublisher } from './publisher.ts';
import { consoleQueue, readAwsSettings, standInClient } from './settings.ts';

/** Documents, queues and mail on AWS's stand-ins; the events that were published in the shop's database. */
export const openParts: OpenParts = (env, name, max = 2) => {
  const settings = readAwsSettings(env);
  const { SHOP_DATABASE_URL } = readEnv({ SHOP_DATABASE_URL: z.url() }, env);
  const { RESOURCE_PREFIX: prefix, AWS_REGION: region } = settings;
  const dynamoDb = new DynamoDBClient(standInClient(region, settings.AWS_ENDPOINT_URL_DYNAMODB));
  const sqs = new SQSClient(standInClient(region, settings.AWS_ENDPOINT_URL_SQS));
  const queues = createQueues(sqs);
  const database = connectShopDatabase(SHOP_DATABASE_URL, name, max);
  const { publisher, close } = openPublisher(env, name);

  const shapes = functionShapes(env);
  const consumers = shapes.flatMap((shape) => shape.consumers.map((consumer) => consumer.name));
  const tableOf = (definition: TableDefinition) => ({ tableName: tableName(prefix, definition), definition });
  const open = (definition: TableDefinition) => createDocuments(dynamoDb, tableOf(definition));
  const outboxes = shapes
    .flatMap(({ tables }) => tables)
    .map((definition) => createOutboxStore(dynamoDb, tableOf(definition)));

  const countUnpublished = async () => {
    // Also those that are dated a little ahead of this process's clock.
    const found = await Promise.all(outboxes.map((outbox) => outbox.unpublished(-1_000, 1_000)));
    return found.flat().length;
  };
  const countAll = async (names: readonly string[]) => {
    const counts = await Promise.all(names.map((queue) => countMessages(sqs, queues, queue)));
    return counts.reduce((sum, count) => sum + count, 0);
  };
  return {
    open,
    publisher,
    deadLetters: createDeadLetters({ client: sqs, prefix, consumers }),
    countDeadLetters: () => countAll(consumers.map((consumer) => deadLetterQueueName(prefix, consumer))),
    countQueued: async () => {
      const before = await countUnpublished();
      const queued = await countAll([
        ...consumers.map((consumer) => queueName(prefix, consumer)),
        consoleQueue(prefix),
      ]);
      // A message handled between the two looks has put its events here, and they may not be there yet.
      return before + queued + (await countUnpublished());
    },
    inbox: openInbox(open),
    eventsOf: (subject) => listEvents(database, subject),
    countEvents: () => countEvents(database),
    eventsSince: () => oldestEvent(database),
    answers: async () => {
      const reached = dynamoDb.send(new ListTablesCommand({ Limit: 1 })).then(
        () => true,
        () => false,
      );
      return (await database.answers()) && (await reached);
    },
    keepEvents: async (logger) => {
      await migrateShopDatabase(SHOP_DATABASE_URL);
      return keepEvents(sqs, () => queues.urlOf(consoleQueue(prefix)), database, logger);
    },
    close: async () => {
      await Promise.all([database.close(), close()]);
      for (const client of [dynamoDb, sqs]) client.destroy();
    },
  };
};
