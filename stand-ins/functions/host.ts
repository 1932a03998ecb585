import { CosmosClient } from '@azure/cosmos';
import { ServiceBusClient } from '@azure/service-bus';
import { collectFunctions, type RegisteredFunction } from './core.ts';
import { startCosmosTrigger } from './cosmos.ts';
import { type HttpFrontOptions, startHttpFront } from './http.ts';
import { startServiceBusTrigger } from './service-bus.ts';
import { fireTimer, startTimerTrigger } from './timer.ts';
import type { Trigger } from './trigger.ts';

/**
 * A stand-in for the Azure Functions host: runs the real registrations of `@azure/functions` 4, calling them as the
 * host does for HTTP, Service Bus, Cosmos DB and timers. It scales nothing, measures no time-outs, and has no
 * output bindings.
 */
export interface FunctionsHost {
  /** Where the HTTP triggers answer. */
  readonly url: string;
  readonly functions: readonly RegisteredFunction[];
  /** Runs a timer's function now. */
  fire(name: string): Promise<void>;
  /** Calls no function any more, and waits for the calls under way. */
  stop(): Promise<void>;
}

export interface FunctionsHostOptions extends HttpFrontOptions {
  /** Registers the functions, as an app's entry does. */
  readonly register: () => unknown;
  /** App settings: what a binding's `connection` names, as connection strings of stand-ins. */
  readonly settings: Readonly<Record<string, string>>;
  /** Without timers they run only when told to. @default true */
  readonly timers?: boolean;
  /** What the host would log. */
  readonly report?: (error: unknown) => void;
}

export async function startFunctionsHost(options: FunctionsHostOptions): Promise<FunctionsHost> {
  const { register, settings, timers = true, report = () => {} } = options;
  const functions = await collectFunctions(register);
  const ofType = (type: string) => functions.filter(({ trigger }) => trigger.type === type);
  const settingOf = ({ trigger }: RegisteredFunction) => {
    const value = settings[String(trigger.connection)];
    if (value === undefined) throw new Error(`no app setting ${String(trigger.connection)}`);
    return value;
  };
  const buses = clientsBy((connectionString) => new ServiceBusClient(connectionString, { retryOptions }));
  const accounts = clientsBy(cosmosClient);

  const front = await startHttpFront(ofType('httpTrigger'), options);
  const triggers: Trigger[] = [
    ...ofType('serviceBusTrigger').map((handler) =>
      startServiceBusTrigger(handler, buses.get(settingOf(handler)), report),
    ),
    ...ofType('cosmosDBTrigger').map((handler) =>
      startCosmosTrigger(handler, accounts.get(settingOf(handler)), report),
    ),
    ...(timers ? ofType('timerTrigger').map((handler) => startTimerTrigger(handler, report)) : []),
  ];
  return {
    url: front.url,
    functions,
    fire: async (name) => {
      const handler = ofType('timerTrigger').find((each) => each.name === name);
      if (!handler) throw new Error(`no timer is called ${name}`);
      await fireTimer(handler);
    },
    stop: async () => {
      await front.close();
      await Promise.all(triggers.map((trigger) => trigger.stop()));
      await Promise.all(buses.all().map((client) => client.close()));
      for (const client of accounts.all()) client.dispose();
    },
  };
}

const retryOptions = { maxRetries: 2, retryDelayInMs: 50, timeoutInMs: 2_000 };

function cosmosClient(connectionString: string): CosmosClient {
  const [, endpoint = '', key = ''] =
    /AccountEndpoint=([^;]+);AccountKey=([^;]+)/.exec(connectionString) ?? [];
  return new CosmosClient({ endpoint, key, connectionPolicy: { enableEndpointDiscovery: false } });
}

/** One client for each connection string. */
function clientsBy<Client>(make: (connectionString: string) => Client) {
  const clients = new Map<string, Client>();
  return {
    get: (connectionString: string): Client => {
      const client = clients.get(connectionString) ?? make(connectionString);
      clients.set(connectionString, client);
      return client;
    },
    all: () => [...clients.values()],
  };
}
