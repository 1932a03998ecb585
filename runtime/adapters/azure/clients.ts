import type { CosmosClient } from '@azure/cosmos';
import type { ServiceBusClient } from '@azure/service-bus';
import { workloadIdentity } from './credential.ts';

/**
 * Where a cloud service is found: by its address with the workload's own identity, or by a connection string, which
 * is for stand-ins.
 */
export type Connection = { readonly address: string } | { readonly connectionString: string };

/** A client made at its first use: a function that is only woken loads no more than it needs. */
export type Lazy<Client> = () => Promise<Client>;

export function lazy<Client>(make: () => Promise<Client>): Lazy<Client> {
  let made: Promise<Client> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      // The next call tries anew.
      made = undefined;
      throw error;
    });
    return made;
  };
}

/** The longest that one request to Cosmos DB may take, in milliseconds. */
const requestTimeoutMs = 5_000;

/**
 * The client repeats nothing of its own accord: what may be repeated is this adapter's to decide (retry.ts). The
 * account has one region, so there is none to discover.
 */
export function cosmosClient(connection: Connection, requestTimeout = requestTimeoutMs): Lazy<CosmosClient> {
  return lazy(async () => {
    const { CosmosClient } = await import('./cosmos-sdk.ts');
    const connectionPolicy = {
      requestTimeout,
      enableEndpointDiscovery: false,
      retryOptions: {
        maxRetryAttemptCount: 0,
        fixedRetryIntervalInMilliseconds: 0,
        maxWaitTimeInSeconds: 0,
      },
    };
    if ('address' in connection) {
      return new CosmosClient({
        endpoint: connection.address,
        aadCredentials: workloadIdentity,
        connectionPolicy,
      });
    }
    const [, endpoint = '', key = ''] =
      /^AccountEndpoint=([^;]+);AccountKey=([^;]+);?$/.exec(connection.connectionString) ?? [];
    if (endpoint === '') throw new Error('not a connection string of Cosmos DB');
    return new CosmosClient({ endpoint, key, connectionPolicy });
  });
}

export function serviceBusClient(connection: Connection): Lazy<ServiceBusClient> {
  return lazy(async () => {
    const { ServiceBusClient } = await import('./service-bus-sdk.ts');
    const retryOptions = { maxRetries: 3, retryDelayInMs: 100, maxRetryDelayInMs: 2_000, timeoutInMs: 5_000 };
    if ('connectionString' in connection) {
      return new ServiceBusClient(connection.connectionString, { retryOptions });
    }
    return new ServiceBusClient(connection.address, workloadIdentity, { retryOptions });
  });
}
