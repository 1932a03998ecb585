import { z } from 'zod';
import { cosmosClient, lazy, serviceBusClient } from '../../runtime/adapters/azure/clients.ts';
import {
  cosmosConnection,
  cosmosSettings,
  serviceBusConnection,
  serviceBusSettings,
} from '../../runtime/adapters/azure/connections.ts';
import { createDocuments } from '../../runtime/adapters/azure/documents.ts';
import { createOutboxStore } from '../../runtime/adapters/azure/outbox.ts';
import { createTopicPublisher } from '../../runtime/adapters/azure/publisher.ts';
import { openTopic } from '../../runtime/adapters/azure/topic.ts';
import { createOutboxRelay, createOutboxSweep } from '../../runtime/adapters/shared/relay.ts';
import { readEnv } from '../../runtime/config/env.ts';
import { registerConsumers } from '../../runtime/edges/azure/consumers.ts';
import { registerFeed } from '../../runtime/edges/azure/feed.ts';
import { createFinish } from '../../runtime/edges/azure/finish.ts';
import { registerRoutes } from '../../runtime/edges/azure/http.ts';
import { registerSchedules } from '../../runtime/edges/azure/schedules.ts';
import type { TableDefinition } from '../../runtime/function-service.ts';
import type { FunctionComposition } from '../functions/composition.ts';
import { functionSettings, hostFunction } from '../functions/host.ts';
import { type CreateSenders, noSenders } from '../functions/senders.ts';

const azureSettings = {
  ...functionSettings,
  /** What the gateway shows with every request; without it the app answers whoever finds its address. */
  GATEWAY_KEY: z.string().min(16, 'must have at least 16 characters').optional(),
  ...cosmosSettings,
  ...serviceBusSettings,
  /** How often a change feed that was empty is read again. */
  FEED_POLL_MS: z.coerce.number().pipe(z.int().min(50)).default(1_000),
};

/**
 * A function service as a function app: registers what it is called by. Its settings are read and its parts made
 * once, when the process starts; the clients are loaded and connect when they are first used.
 * @throws ConfigError
 */
export function registerFunction<Shape extends z.ZodRawShape>(
  composition: FunctionComposition<Shape>,
  senders: CreateSenders = noSenders,
  env: NodeJS.ProcessEnv = process.env,
): void {
  const settings = readEnv({ ...azureSettings, ...composition.settings }, env) as z.output<
    z.ZodObject<typeof azureSettings>
  > &
    z.output<z.ZodObject<Shape>>;
  const cosmos = cosmosClient(cosmosConnection(settings));
  const containerOf = ({ name }: TableDefinition) =>
    lazy(async () => (await cosmos()).database(settings.COSMOS_DATABASE).container(name));
  const documentsOf = (table: TableDefinition) => createDocuments(containerOf(table), table);
  const { service, dispatch, logger, open, flush } = hostFunction(
    composition,
    settings,
    documentsOf,
    senders,
  );
  const finish = createFinish(flush);
  const serviceBus = serviceBusClient(serviceBusConnection(settings));
  const topic = openTopic(serviceBus, settings.SERVICE_BUS_TOPIC);
  const publisher = createTopicPublisher(topic);
  const relays = [composition.table, ...composition.otherTables].map((table) => ({
    table,
    relay: createOutboxRelay(createOutboxStore(containerOf(table)), publisher, logger),
  }));

  registerRoutes(service.routes, dispatch, finish, settings.GATEWAY_KEY);
  const documents = open(composition.table);
  const { consumers } = service;
  registerConsumers({ consumers, documents, topic, logger, connection: 'SERVICE_BUS' }, finish);
  const feed = {
    connection: 'COSMOS',
    database: settings.COSMOS_DATABASE,
    pollMs: settings.FEED_POLL_MS,
    leasePrefix: composition.name,
  };
  for (const { table, relay } of relays) registerFeed(table, relay, feed, finish);
  const sweep = createOutboxSweep(relays.map(({ relay }) => relay));
  registerSchedules([...service.schedules, sweep], finish);
}
