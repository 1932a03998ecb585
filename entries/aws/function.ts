import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { z } from 'zod';
import { clientDefaults } from '../../runtime/adapters/aws/clients.ts';
import { createDocuments } from '../../runtime/adapters/aws/documents.ts';
import { createOutboxStore } from '../../runtime/adapters/aws/outbox.ts';
import { createSnsPublisher } from '../../runtime/adapters/aws/publisher.ts';
import { createQueues } from '../../runtime/adapters/aws/queues.ts';
import { tableName } from '../../runtime/adapters/aws/table.ts';
import { createOutboxRelay, createOutboxSweep } from '../../runtime/adapters/shared/relay.ts';
import { readEnv } from '../../runtime/config/env.ts';
import { createLambdaHandler, type LambdaHandler } from '../../runtime/edges/aws/handler.ts';
import { createHttpEdge } from '../../runtime/edges/aws/http.ts';
import { createQueueEdge } from '../../runtime/edges/aws/queue.ts';
import { createScheduleEdge } from '../../runtime/edges/aws/schedule.ts';
import { createStreamEdge } from '../../runtime/edges/aws/stream.ts';
import type { TableDefinition } from '../../runtime/function-service.ts';
import type { FunctionComposition } from '../functions/composition.ts';
import { functionSettings, hostFunction } from '../functions/host.ts';
import { type CreateSenders, noSenders } from '../functions/senders.ts';

const awsSettings = {
  ...functionSettings,
  /** With which the names of all tables and queues of this shop begin. */
  RESOURCE_PREFIX: z.string().default(''),
  /** Where events are published. */
  TOPIC_ARN: z.string().startsWith('arn:'),
};

/**
 * A function service as a Lambda function. Its settings are read and its parts made once, when the process starts;
 * the AWS clients connect when they are first used.
 * @throws ConfigError
 */
export function createFunction<Shape extends z.ZodRawShape>(
  composition: FunctionComposition<Shape>,
  senders: CreateSenders = noSenders,
  env: NodeJS.ProcessEnv = process.env,
): LambdaHandler {
  const settings = readEnv({ ...awsSettings, ...composition.settings }, env) as z.output<
    z.ZodObject<typeof awsSettings>
  > &
    z.output<z.ZodObject<Shape>>;
  const dynamoDb = new DynamoDBClient(clientDefaults);
  const tableOf = (definition: TableDefinition) => ({
    tableName: tableName(settings.RESOURCE_PREFIX, definition),
    definition,
  });
  const documentsOf = (table: TableDefinition) => createDocuments(dynamoDb, tableOf(table));
  const { service, dispatch, logger, open, flush } = hostFunction(
    composition,
    settings,
    documentsOf,
    senders,
  );
  const publisher = createSnsPublisher(new SNSClient(clientDefaults), settings.TOPIC_ARN);
  const relays = new Map(
    [composition.table, ...composition.otherTables].map((definition) => {
      const table = tableOf(definition);
      return [
        table.tableName,
        createOutboxRelay(createOutboxStore(dynamoDb, table), publisher, logger),
      ] as const;
    }),
  );
  return createLambdaHandler({
    http: createHttpEdge(service.routes, dispatch),
    queue: createQueueEdge({
      consumers: service.consumers,
      documents: open(composition.table),
      prefix: settings.RESOURCE_PREFIX,
      queues: createQueues(new SQSClient(clientDefaults)),
      logger,
    }),
    stream: createStreamEdge(relays),
    schedule: createScheduleEdge([...service.schedules, createOutboxSweep([...relays.values()])]),
    flush,
  });
}
