import { z } from 'zod';
import {
  cosmosConnection,
  cosmosSettings,
  serviceBusConnection,
  serviceBusSettings,
} from '../../../runtime/adapters/azure/connections.ts';
import { readEnv } from '../../../runtime/config/env.ts';
import type { Environment } from '../parts.ts';

const shape = {
  ...cosmosSettings,
  ...serviceBusSettings,
  /** Where the stand-in of Service Bus answers how much it holds. */
  SERVICE_BUS_ADMINISTRATION: z.url(),
};

/** The stand-ins as the plan laid them out. @throws ConfigError */
export function readAzureSettings(env: Environment) {
  const settings = readEnv(shape, env);
  return {
    cosmos: cosmosConnection(settings),
    database: settings.COSMOS_DATABASE,
    serviceBus: serviceBusConnection(settings),
    topic: settings.SERVICE_BUS_TOPIC,
    administration: settings.SERVICE_BUS_ADMINISTRATION,
  };
}

/** The subscription that hears all that is published, for the console. */
export const consoleSubscription = 'console';
