import { SQSClient } from '@aws-sdk/client-sqs';
import type { clientDefaults } from '../../runtime/adapters/aws/clients.ts';
import { queueName } from '../../runtime/adapters/aws/queues.ts';
import { tableName } from '../../runtime/adapters/aws/table.ts';
import { apiRoutes } from '../../runtime/contracts/api/index.ts';
import type { Schedule, TableDefinition } from '../../runtime/function-service.ts';
import type { Consumer } from '../../runtime/ports/event-bus.ts';
import { findQueue } from '../aws/queues.ts';
import { openCheckpoints } from './checkpoints.ts';
import { startHttpFront } from './http-front.ts';
import { type Polling, stopAll } from './polling.ts';
import { type Invoke, startQueueSource } from './queue-source.ts';
import { startScheduleSource } from './schedule-source.ts';
import { startStreamSource } from './stream-source.ts';

export interface HostedFunction {
  readonly name: string;
  readonly invoke: Invoke;
  readonly tables: readonly TableDefinition[];
  readonly consumers: readonly Pick<Consumer, 'name'>[];
  readonly schedules: readonly Pick<Schedule, 'name' | 'everyMs'>[];
}

export interface LambdaHostOptions {
  readonly functions: readonly HostedFunction[];
  /** Of the HTTP API. */
  readonly port: number;
  readonly prefix: string;
  /** Where it keeps how far the streams have been read. */
  readonly dataDir: string;
  readonly dynamoDbEndpoint: string;
  readonly sqsClient: typeof clientDefaults & { readonly region: string; readonly endpoint: string };
}

export interface LambdaHost {
  readonly url: string;
  stop(): Promise<void>;
}

/** All that calls the functions: the HTTP API, their queues, the streams of their tables, their schedules. */
export async function startLambdaHost(options: LambdaHostOptions): Promise<LambdaHost> {
  const { functions, port, prefix, dataDir, dynamoDbEndpoint, sqsClient } = options;
  const checkpoints = openCheckpoints(dataDir);
  const sqs = new SQSClient(sqsClient);
  const sources: Polling[] = [];
  for (const { invoke, tables, consumers, schedules } of functions) {
    for (const definition of tables) {
      const table = tableName(prefix, definition);
      sources.push(startStreamSource({ endpoint: dynamoDbEndpoint, table, invoke, checkpoints }));
    }
    for (const { name } of consumers) {
      const queue = await findQueue(sqs, queueName(prefix, name));
      sources.push(startQueueSource({ sqs, queue, invoke }));
    }
    for (const schedule of schedules) sources.push(startScheduleSource(invoke, schedule));
  }
  const front = await startHttpFront(
    functions.flatMap(({ name, invoke }) =>
      apiRoutes
        .filter(({ service }) => service === name)
        .map(({ method, path }) => ({ method, path, invoke })),
    ),
    { port, ready: () => allAnswer(functions) },
  );
  return {
    url: front.url,
    stop: async () => {
      await front.stop();
      await stopAll(sources);
      checkpoints.close();
      sqs.destroy();
    },
  };
}

/** Whether each function can be started and reached. */
async function allAnswer(functions: readonly HostedFunction[]): Promise<boolean> {
  const event = { version: '2.0', routeKey: 'GET /health', requestContext: {}, headers: {} };
  const answers = functions.map(({ invoke }) =>
    invoke(event).then(
      () => true,
      () => false,
    ),
  );
  return (await Promise.all(answers)).every(Boolean);
}
