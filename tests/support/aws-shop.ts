import { setTimeout as sleep } from 'node:timers/promises';
import { createDeadLetters } from '../../runtime/adapters/aws/dead-letters.ts';
import { createDocuments } from '../../runtime/adapters/aws/documents.ts';
import { createOutboxStore } from '../../runtime/adapters/aws/outbox.ts';
import { createSnsPublisher } from '../../runtime/adapters/aws/publisher.ts';
import { createQueues } from '../../runtime/adapters/aws/queues.ts';
import { tableName } from '../../runtime/adapters/aws/table.ts';
import { createOutboxRelay, createOutboxSweep } from '../../runtime/adapters/shared/relay.ts';
import type { ShopEvent } from '../../runtime/contracts/events/envelope.ts';
import { makeEvent } from '../../runtime/contracts/events/make.ts';
import { createLambdaHandler, type LambdaHandler } from '../../runtime/edges/aws/handler.ts';
import { createQueueEdge } from '../../runtime/edges/aws/queue.ts';
import { createScheduleEdge } from '../../runtime/edges/aws/schedule.ts';
import { createStreamEdge } from '../../runtime/edges/aws/stream.ts';
import type { TableDefinition } from '../../runtime/function-service.ts';
import type { Consumer } from '../../runtime/ports/event-bus.ts';
import { createLogger } from '../../runtime/telemetry/log.ts';
import { createConsumerQueue, createListener, createTopic, type Queue } from '../../stand-ins/aws/queues.ts';
import { createTable } from '../../stand-ins/aws/tables.ts';
import { type Polling, stopAll } from '../../stand-ins/lambda/polling.ts';
import { startQueueSource } from '../../stand-ins/lambda/queue-source.ts';
import { startScheduleSource } from '../../stand-ins/lambda/schedule-source.ts';
import { startStreamSource } from '../../stand-ins/lambda/stream-source.ts';
import type { DocumentsBackend } from '../contract/documents.ts';
import type { EventBusBackend } from '../contract/event-bus.ts';
import { type AwsStandIns, awsStandIns, freshPrefix } from './aws.ts';

export interface AwsShop extends EventBusBackend, DocumentsBackend {
  readonly aws: AwsStandIns;
  readonly prefix: string;
  /** The queues of the consumers so far, by name. */
  readonly queues: ReadonlyMap<string, Queue>;
  close(): Promise<void>;
}

export interface AwsShopOptions {
  readonly tables: readonly TableDefinition[];
  /** Clients to use instead of the plain ones: with faults, say. */
  readonly clients?: Partial<Pick<AwsStandIns, 'dynamoDb' | 'sns' | 'sqs'>>;
  /** False loses every record of every stream. @default true */
  readonly streams?: boolean;
  /** Without it nothing is swept, in milliseconds. */
  readonly sweepEveryMs?: number;
  readonly visibilitySeconds?: number;
  readonly maxReceives?: number;
  /** Wraps the handler that everything goes through. */
  readonly host?: (handler: LambdaHandler) => LambdaHandler;
}

const plenty = { getRemainingTimeInMillis: () => 30_000 };

/** Tables, a topic and queues of its own, and the real Lambda edge under the stand-in host, in this process. */
export async function openAwsShop(options: AwsShopOptions): Promise<AwsShop> {
  const aws = await awsStandIns();
  const { dynamoDb, sns, sqs } = { ...aws, ...options.clients };
  const prefix = freshPrefix();
  const logger = createLogger('contract', 'silent');
  const topicArn = await createTopic(aws.sns, `${prefix}events`);
  const publisher = createSnsPublisher(sns, topicArn);
  const tableOf = (definition: TableDefinition) => ({ tableName: tableName(prefix, definition), definition });
  const tables = options.tables.map(tableOf);
  await Promise.all(tables.map((table) => createTable(aws.dynamoDb, table)));
  const open = (definition: TableDefinition) => createDocuments(dynamoDb, tableOf(definition));

  const relays = new Map(
    tables.map((table) => [
      table.tableName,
      createOutboxRelay(createOutboxStore(dynamoDb, table), publisher, logger),
    ]),
  );
  const functionOf = (table: TableDefinition, consumers: readonly Consumer[]) => {
    const handler = createLambdaHandler({
      http: () => Promise.reject(new Error('no route')),
      queue: createQueueEdge({
        consumers,
        documents: open(table),
        prefix,
        queues: createQueues(sqs),
        logger,
      }),
      stream: createStreamEdge(relays),
      schedule: createScheduleEdge([createOutboxSweep([...relays.values()])]),
      flush: async () => {},
    });
    const hosted = options.host?.(handler) ?? handler;
    return (event: unknown) => hosted(event, plenty);
  };

  const pollings: Polling[] = [];
  const [firstTable] = options.tables;
  if (!firstTable) throw new Error('a shop has a table');
  const relaying = functionOf(firstTable, []);
  if (options.streams !== false) {
    const endpoint = aws.dynamoDbEndpoint;
    for (const table of relays.keys())
      pollings.push(startStreamSource({ endpoint, table, invoke: relaying }));
  }
  if (options.sweepEveryMs !== undefined) {
    pollings.push(startScheduleSource(relaying, { name: 'outbox-sweep', everyMs: options.sweepEveryMs }));
  }

  const heard = new Map<string, ShopEvent>();
  const listener = await createListener(aws, `${prefix}everything-said`, { topicArn });
  pollings.push(startQueueSource({ sqs: aws.sqs, queue: listener, concurrency: 1, invoke: hearInto(heard) }));

  /** What was committed so far is published and heard, or will not be for a while. */
  const quiet = async () => {
    const stores = tables.map((table) => createOutboxStore(aws.dynamoDb, table));
    const waiting = async () =>
      (await Promise.all(stores.map((store) => store.unpublished(-aheadMs, 1)))).flat();
    await until(async () => (await waiting()).length === 0);
    // What was said before it is heard before it.
    const data = { messageId: 'm', channel: 'email', template: 't', about: 'quiet' } as const;
    const last = makeEvent('notification.sent', 'quiet', 1, data);
    await createSnsPublisher(aws.sns, topicArn).publish([last]);
    await until(async () => heard.has(last.id));
  };

  const queues = new Map<string, Queue>();
  return {
    aws,
    prefix,
    queues,
    publisher,
    open,
    deadLetters: deadLettersOf(() => [...queues.keys()]),
    published: async (subject) => {
      await quiet();
      return [...heard.values()].filter((event) => event.subject === subject);
    },
    consume: async (table, ...consumers) => {
      const { visibilitySeconds, maxReceives } = options;
      const invoke = functionOf(table, consumers);
      for (const consumer of consumers) {
        const queueOptions = { prefix, topicArn, visibilitySeconds, maxReceives };
        const queue = await createConsumerQueue(aws, consumer, queueOptions);
        queues.set(consumer.name, queue);
        pollings.push(startQueueSource({ sqs: aws.sqs, queue, invoke }));
      }
    },
    close: () => stopAll(pollings),
  };

  function deadLettersOf(consumers: () => string[]): EventBusBackend['deadLetters'] {
    // The stand-in sees all its letters at once, so that an empty queue need not be listened to.
    const now = () => createDeadLetters({ client: sqs, prefix, consumers: consumers(), waitSeconds: 0 });
    return {
      list: (limit) => now().list(limit),
      redrive: (id) => now().redrive(id),
      purge: (id) => now().purge(id),
    };
  }
}

/** As far as an event's date may be ahead of this process's clock, in milliseconds. */
const aheadMs = 1_000;

async function until(check: () => Promise<boolean>, ms = 1_000): Promise<void> {
  const deadline = Date.now() + ms;
  while (!(await check()) && Date.now() < deadline) await sleep(5);
}

function hearInto(heard: Map<string, ShopEvent>) {
  return async (event: unknown) => {
    for (const { body } of (event as { Records: { body: string }[] }).Records) {
      const said = JSON.parse(body) as ShopEvent;
      heard.set(said.id, said);
    }
    return { batchItemFailures: [] };
  };
}
