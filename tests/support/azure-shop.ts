import type { Container } from '@azure/cosmos';
import { cosmosClient, lazy, serviceBusClient } from '../../runtime/adapters/azure/clients.ts';
import { containerShape, leasesShape } from '../../runtime/adapters/azure/container.ts';
import { createDeadLetters } from '../../runtime/adapters/azure/dead-letters.ts';
import { createDocuments } from '../../runtime/adapters/azure/documents.ts';
import { createOutboxStore } from '../../runtime/adapters/azure/outbox.ts';
import { createTopicPublisher } from '../../runtime/adapters/azure/publisher.ts';
import { subscriptionShape } from '../../runtime/adapters/azure/subscriptions.ts';
import { openTopic, type Topic } from '../../runtime/adapters/azure/topic.ts';
import { createOutboxRelay, type OutboxRelay } from '../../runtime/adapters/shared/relay.ts';
import type { ShopEvent } from '../../runtime/contracts/events/envelope.ts';
import { registerConsumers } from '../../runtime/edges/azure/consumers.ts';
import { registerFeed } from '../../runtime/edges/azure/feed.ts';
import { createFinish } from '../../runtime/edges/azure/finish.ts';
import type { TableDefinition } from '../../runtime/function-service.ts';
import type { EventPublisher } from '../../runtime/ports/event-bus.ts';
import { createLogger } from '../../runtime/telemetry/log.ts';
import type { Cosmos } from '../../stand-ins/cosmos/server.ts';
import { type FunctionsHost, startFunctionsHost } from '../../stand-ins/functions/host.ts';
import type { ServiceBus } from '../../stand-ins/service-bus/broker.ts';
import type { Queue } from '../../stand-ins/service-bus/queue.ts';
import type { DocumentsBackend } from '../contract/documents.ts';
import type { EventBusBackend } from '../contract/event-bus.ts';
import { sharedCosmos, sharedServiceBus } from './azure.ts';

/** A database and a topic of its own on the stand-ins, with the real adapters, edges and registrations. */
export interface AzureShop extends DocumentsBackend, EventBusBackend {
  readonly cosmos: Cosmos;
  readonly serviceBus: ServiceBus;
  readonly topic: Topic;
  container(table: TableDefinition): Promise<Container>;
  relay(table: TableDefinition): OutboxRelay;
  /** A consumer's queue, as the broker sees it. */
  subscription(consumer: string): Queue;
  /** What the host would have logged. */
  readonly reported: unknown[];
  close(): Promise<void>;
}

export interface AzureShopOptions {
  readonly tables: readonly TableDefinition[];
  /** For the consumers' subscriptions, in milliseconds. @default as Azure's will be */
  readonly lockMs?: number;
  /** Without a feed, nothing of an outbox is published but by a sweep. @default true */
  readonly feeds?: boolean;
  /** Of one request to Cosmos DB, in milliseconds. */
  readonly requestTimeoutMs?: number;
  /** What the relay publishes to. @default the topic */
  readonly relayTo?: (publisher: EventPublisher) => EventPublisher;
  /** Where the consumers' copies go. @default the topic */
  readonly sendTo?: (topic: Topic) => Topic;
}

let shops = 0;
const logger = createLogger('contract', 'silent');
const finish = createFinish(async () => {});

export async function openAzureShop(options: AzureShopOptions): Promise<AzureShop> {
  const { tables, lockMs = 60_000, feeds = true, requestTimeoutMs } = options;
  const { relayTo = (same) => same, sendTo = (same) => same } = options;
  const [cosmos, serviceBus] = await Promise.all([sharedCosmos(), sharedServiceBus()]);
  shops += 1;
  const name = `shop-${shops}`;
  const settings = { COSMOS: cosmos.connectionString, SERVICE_BUS: serviceBus.connectionString };
  const cosmosOf = cosmosClient({ connectionString: settings.COSMOS }, requestTimeoutMs);
  const busOf = serviceBusClient({ connectionString: settings.SERVICE_BUS });
  const { database } = await (await cosmosOf()).databases.create({ id: name });
  await database.containers.create(leasesShape as never);
  for (const table of tables) await database.containers.create(containerShape(table) as never);
  serviceBus.createTopic(name);
  const witness = serviceBus.createSubscription(name, 'witness');
  const topic = openTopic(busOf, name);
  const publisher = createTopicPublisher(topic);
  const containerOf = (table: TableDefinition) => lazy(async () => database.container(table.name));
  const relay = (table: TableDefinition) =>
    createOutboxRelay(createOutboxStore(containerOf(table)), relayTo(publisher), logger);
  const open = (table: TableDefinition) => createDocuments(containerOf(table), table);

  const hosts: FunctionsHost[] = [];
  const reported: unknown[] = [];
  const host = async (register: () => void) => {
    const report = (error: unknown) => reported.push(error);
    hosts.push(await startFunctionsHost({ register, settings, timers: false, report }));
  };
  const feed = { connection: 'COSMOS', database: name, pollMs: 50, leasePrefix: 'test' };
  if (feeds) {
    await host(() => {
      for (const table of tables) registerFeed(table, relay(table), feed, finish);
    });
  }
  const subscriptions = new Map<string, Queue>();
  const letters = () => createDeadLetters(busOf, topic, [...subscriptions.keys()]);
  return {
    cosmos,
    serviceBus,
    topic,
    publisher,
    open,
    relay,
    container: (table) => containerOf(table)(),
    reported,
    published: async (subject) => {
      // Nothing that is committed may be missed because its feed was not read yet.
      for (const table of feeds ? tables : []) {
        const committed = await createOutboxStore(containerOf(table)).unpublished(-60_000, 1_000);
        await relay(table).relay(committed);
      }
      const events = eventsIn(witness).filter((event) => event.subject === subject);
      return [...new Map(events.map((event) => [event.id, event])).values()];
    },
    deadLetters: {
      list: (limit) => letters().list(limit),
      redrive: (id) => letters().redrive(id),
      purge: (id) => letters().purge(id),
    },
    subscription: (consumer) => {
      const queue = subscriptions.get(consumer);
      if (!queue) throw new Error(`no consumer is called ${consumer}`);
      return queue;
    },
    consume: async (table, ...consumers) => {
      for (const consumer of consumers) {
        const { filter, maxDeliveryCount, deadLetteringOnMessageExpiration } = subscriptionShape(consumer);
        const shape = { lockMs, maxDeliveryCount, deadLetterOnExpiry: deadLetteringOnMessageExpiration };
        const queue = serviceBus.createSubscription(name, consumer.name, { sql: filter }, shape);
        subscriptions.set(consumer.name, queue);
      }
      const documents = open(table);
      await host(() =>
        registerConsumers(
          { consumers, documents, topic: sendTo(topic), logger, connection: 'SERVICE_BUS' },
          finish,
        ),
      );
    },
    close: async () => {
      await Promise.all(hosts.map((each) => each.stop()));
      await (await busOf()).close();
      await database.delete();
      (await cosmosOf()).dispose();
    },
  };
}

function eventsIn(queue: Queue): ShopEvent[] {
  return queue
    .peek(0, 100_000)
    .filter(({ message }) => message.application_properties?.type !== undefined)
    .map(({ message }) => JSON.parse((message.body as { content: Buffer }).content.toString('utf8')));
}
