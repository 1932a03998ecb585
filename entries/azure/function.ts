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
import { hostedSettings, readEnv } from '../../runtime/config/env.ts';
import { registerConsumers } from '../../runtime/edges/azure/consumers.ts';
import { registerFeed } from '../../runtime/edges/azure/feed.ts';
import { createFinish } from '../../runtime/edges/azure/finish.ts';
import { registerRoutes } from '../../runtime/edges/azure/http.ts';
import { registerSchedules } from '../../runtime/edges/azure/schedules.ts';
import type { TableDefinition } from '../../runtime/function-service.ts';
import { createDispatch } from '../../runtime/http/dispatch.ts';
import { createTokenVerifier, remoteKeys } from '../../runtime/http/token.ts';
import { systemClock as clock } from '../../runtime/ports/clock.ts';
import { createLogger } from '../../runtime/telemetry/log.ts';
import { startTelemetry } from '../../runtime/telemetry/start.ts';
import type { FunctionComposition } from '../functions/composition.ts';
import { type CreateSenders, noSenders } from '../functions/senders.ts';

const azureSettings = {
  ...hostedSettings,
  JWKS_URL: z.url(),
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
  const telemetry = startTelemetry({
    service: composition.name,
    endpoint: settings.OTEL_EXPORTER_OTLP_ENDPOINT,
    tracesPerSecond: settings.TRACES_PER_SECOND,
  });
  const finish = createFinish(() => telemetry.flush());
  const logger = createLogger(composition.name);
  const cosmos = cosmosClient(cosmosConnection(settings));
  const serviceBus = serviceBusClient(serviceBusConnection(settings));
  const topic = openTopic(serviceBus, settings.SERVICE_BUS_TOPIC);
  const publisher = createTopicPublisher(topic);

  const tables = [composition.table, ...composition.otherTables].map((table) => {
    const container = lazy(async () =>
      (await cosmos()).database(settings.COSMOS_DATABASE).container(table.name),
    );
    return {
      table,
      documents: createDocuments(container, table),
      relay: createOutboxRelay(createOutboxStore(container), publisher, logger),
    };
  });
  const open = ({ name }: TableDefinition) => {
    const found = tables.find(({ table }) => table.name === name);
    if (!found) throw new Error(`${composition.name} names no table ${name} in its composition`);
    return found.documents;
  };
  const service = composition.create(settings, { logger, clock, open, ...senders(open) });
  const dispatch = createDispatch({
    service: composition.name,
    verifyToken: createTokenVerifier(remoteKeys(settings.JWKS_URL), {
      issuer: settings.TOKEN_ISSUER,
      audience: settings.TOKEN_AUDIENCE,
    }),
    logger,
  });

  registerRoutes(service.routes, dispatch, finish);
  const documents = open(composition.table);
  const { consumers } = service;
  registerConsumers({ consumers, documents, topic, logger, connection: 'SERVICE_BUS' }, finish);
  const feed = {
    connection: 'COSMOS',
    database: settings.COSMOS_DATABASE,
    pollMs: settings.FEED_POLL_MS,
    leasePrefix: composition.name,
  };
  for (const { table, relay } of tables) registerFeed(table, relay, feed, finish);
  const sweep = createOutboxSweep(tables.map(({ relay }) => relay));
  registerSchedules([...service.schedules, sweep], finish);
}
