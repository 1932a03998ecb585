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
import { hostedSettings, readEnv } from '../../runtime/config/env.ts';
import { createLambdaHandler, type LambdaHandler } from '../../runtime/edges/aws/handler.ts';
import { createHttpEdge } from '../../runtime/edges/aws/http.ts';
import { createQueueEdge } from '../../runtime/edges/aws/queue.ts';
import { createScheduleEdge } from '../../runtime/edges/aws/schedule.ts';
import { createStreamEdge } from '../../runtime/edges/aws/stream.ts';
import type { TableDefinition } from '../../runtime/function-service.ts';
import { createDispatch } from '../../runtime/http/dispatch.ts';
import { createTokenVerifier, remoteKeys } from '../../runtime/http/token.ts';
import { systemClock as clock } from '../../runtime/ports/clock.ts';
import { createLogger } from '../../runtime/telemetry/log.ts';
import { startTelemetry } from '../../runtime/telemetry/start.ts';
import type { FunctionComposition } from '../functions/composition.ts';
import { type CreateSenders, noSenders } from '../functions/senders.ts';

const awsSettings = {
  ...hostedSettings,
  JWKS_URL: z.url(),
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
  const telemetry = startTelemetry({
    service: composition.name,
    endpoint: settings.OTEL_EXPORTER_OTLP_ENDPOINT,
    tracesPerSecond: settings.TRACES_PER_SECOND,
  });
  const logger = createLogger(composition.name);
  const dynamoDb = new DynamoDBClient(clientDefaults);
  const publisher = createSnsPublisher(new SNSClient(clientDefaults), settings.TOPIC_ARN);
  const queues = createQueues(new SQSClient(clientDefaults));

  const tableOf = (definition: TableDefinition) => ({
    tableName: tableName(settings.RESOURCE_PREFIX, definition),
    definition,
  });
  const tables = [composition.table, ...composition.otherTables].map(tableOf);
  const documents = new Map(tables.map((table) => [table.definition.name, createDocuments(dynamoDb, table)]));
  const open = ({ name }: TableDefinition) => {
    const opened = documents.get(name);
    if (!opened) throw new Error(`${composition.name} names no table ${name} in its composition`);
    return opened;
  };
  const relays = new Map(
    tables.map((table) => [
      table.tableName,
      createOutboxRelay(createOutboxStore(dynamoDb, table), publisher, logger),
    ]),
  );
  const service = composition.create(settings, { logger, clock, open, ...senders(open) });
  const dispatch = createDispatch({
    service: composition.name,
    verifyToken: createTokenVerifier(remoteKeys(settings.JWKS_URL), {
      issuer: settings.TOKEN_ISSUER,
      audience: settings.TOKEN_AUDIENCE,
    }),
    logger,
  });
  return createLambdaHandler({
    http: createHttpEdge(service.routes, dispatch),
    queue: createQueueEdge({
      consumers: service.consumers,
      documents: open(composition.table),
      prefix: settings.RESOURCE_PREFIX,
      queues,
      logger,
    }),
    stream: createStreamEdge(relays),
    schedule: createScheduleEdge([...service.schedules, createOutboxSweep([...relays.values()])]),
    flush: () => telemetry.flush(),
  });
}
