import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { containerShape, leasesShape } from '../../runtime/adapters/azure/container.ts';
import { subscriptionShape } from '../../runtime/adapters/azure/subscriptions.ts';
import type { TableDefinition } from '../../runtime/function-service.ts';
import type { Consumer } from '../../runtime/ports/event-bus.ts';
import { startCosmos } from '../cosmos/server.ts';
import { startServiceBus } from '../service-bus/broker.ts';

export interface CloudOptions {
  readonly cosmosPort: number;
  readonly serviceBusPort: number;
  /** Where Service Bus answers how much it holds. */
  readonly administrationPort: number;
  /** Where both keep what they are told. */
  readonly dataDir: string;
  readonly database: string;
  readonly topic: string;
  readonly tables: readonly TableDefinition[];
  readonly consumers: readonly Pick<Consumer, 'name' | 'types'>[];
  /** The name of a subscription that hears all events. */
  readonly listener: string;
}

export interface Cloud {
  stop(): Promise<void>;
}

/** A message taken stays locked as on Azure; but what a killed process held comes again at once. */
const locks = { lockMs: 60_000, releaseOnCut: true };

/** Cosmos DB and Service Bus with all that the shop's infrastructure makes there. */
export async function startCloud(options: CloudOptions): Promise<Cloud> {
  const { dataDir, database, topic, tables, consumers, listener } = options;
  await mkdir(dataDir, { recursive: true });
  const serviceBus = await startServiceBus({
    port: options.serviceBusPort,
    administrationPort: options.administrationPort,
    file: join(dataDir, 'messages.db'),
  });
  serviceBus.createTopic(topic);
  for (const consumer of consumers) {
    const { name, filter, maxDeliveryCount, deadLetteringOnMessageExpiration } = subscriptionShape(consumer);
    const settings = { ...locks, maxDeliveryCount, deadLetterOnExpiry: deadLetteringOnMessageExpiration };
    serviceBus.createSubscription(topic, name, { sql: filter }, settings);
  }
  // Copies for one consumer have no type.
  serviceBus.createSubscription(
    topic,
    listener,
    { sql: 'type IS NOT NULL' },
    { ...locks, maxDeliveryCount: 1_000 },
  );
  const cosmos = await startCosmos({ port: options.cosmosPort, file: join(dataDir, 'documents.db') });
  for (const shape of [leasesShape, ...tables.map(containerShape)]) cosmos.ensureContainer(database, shape);
  return {
    stop: async () => {
      await Promise.all([cosmos.close(), serviceBus.close()]);
    },
  };
}
