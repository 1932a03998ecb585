import { app } from '@azure/functions';
import { unpublishedIn } from '../../adapters/azure/outbox.ts';
import type { OutboxRelay } from '../../adapters/shared/relay.ts';
import type { TableDefinition } from '../../function-service.ts';
import type { Finish } from './finish.ts';

export interface FeedOptions {
  /** The app setting that says where Cosmos DB is. */
  readonly connection: string;
  readonly database: string;
  /** How often a feed without changes is asked again, in milliseconds. */
  readonly pollMs: number;
  /** With which this app's leases begin. */
  readonly leasePrefix: string;
}

/**
 * Wakes a table's relay by its change feed. The trigger goes on past a batch that failed: what could not be published
 * then is the sweep's.
 */
export function registerFeed(
  table: TableDefinition,
  relay: OutboxRelay,
  { connection, database, pollMs, leasePrefix }: FeedOptions,
  finish: Finish,
): void {
  app.cosmosDB(`${table.name}-outbox`, {
    connection,
    databaseName: database,
    containerName: table.name,
    leaseContainerName: 'leases',
    leaseContainerPrefix: `${leasePrefix}-${table.name}-`,
    // It is told by whoever makes the containers: an identity of data alone cannot.
    createLeaseContainerIfNotExists: false,
    startFromBeginning: true,
    feedPollDelay: pollMs,
    handler: finish(async (items: unknown[]) => {
      await relay.relay(unpublishedIn(items));
    }),
  });
}
