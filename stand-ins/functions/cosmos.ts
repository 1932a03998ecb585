import { setTimeout as sleep } from 'node:timers/promises';
import { ChangeFeedStartFrom, type CosmosClient } from '@azure/cosmos';
import type { RegisteredFunction } from './core.ts';
import type { Trigger } from './trigger.ts';

interface FeedBinding {
  readonly databaseName: string;
  readonly containerName: string;
  readonly leaseContainerName: string;
  readonly leaseContainerPrefix?: string;
  readonly feedPollDelay?: number;
  readonly startFromBeginning?: boolean;
}

interface Lease {
  readonly id: string;
  readonly continuation: string;
}

/** As the trigger's default. */
const maxItemsPerInvocation = 100;

/**
 * A Cosmos DB trigger: reads the change feed, hands over what it holds, and keeps in the lease container how far it
 * is. A call that throws is not repeated: the batch is skipped, as the real one does by default.
 */
export function startCosmosTrigger(
  handler: RegisteredFunction,
  client: CosmosClient,
  report: (error: unknown) => void,
): Trigger {
  const binding = handler.trigger as unknown as FeedBinding;
  const database = client.database(binding.databaseName);
  const leases = database.container(binding.leaseContainerName);
  const { items } = database.container(binding.containerName);
  const leaseId = `${binding.leaseContainerPrefix ?? ''}all`;
  const stopping = new AbortController();

  const read = async () => {
    const { resource: lease } = await leases.item(leaseId, leaseId).read<Lease>();
    const start = binding.startFromBeginning ? ChangeFeedStartFrom.Beginning() : ChangeFeedStartFrom.Now();
    const changeFeedStartFrom = lease ? ChangeFeedStartFrom.Continuation(lease.continuation) : start;
    const feed = items.getChangeFeedIterator({ changeFeedStartFrom, maxItemCount: maxItemsPerInvocation });
    while (!stopping.signal.aborted) {
      const { statusCode, result, continuationToken } = await feed.readNext();
      if (statusCode === 304) {
        await sleep(binding.feedPollDelay ?? 5_000, undefined, { signal: stopping.signal });
        continue;
      }
      await handler.invoke({ json: JSON.stringify(result) }).catch(report);
      await leases.items.upsert<Lease>({ id: leaseId, continuation: continuationToken });
    }
  };
  const run = async () => {
    while (!stopping.signal.aborted) {
      await read().catch(async (error: unknown) => {
        if (stopping.signal.aborted) return;
        report(error);
        await sleep(200);
      });
    }
  };
  const running = run();
  return {
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}
