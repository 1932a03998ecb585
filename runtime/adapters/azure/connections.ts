import { z } from 'zod';
import { ConfigError } from '../../config/env.ts';
import type { Connection } from './clients.ts';

/**
 * For `readEnv`. The names are those of Azure Functions, whose triggers read the same ones; a connection string is
 * for stand-ins.
 */
export const cosmosSettings = {
  COSMOS__accountEndpoint: z.url().optional(),
  COSMOS: z.string().optional(),
  COSMOS_DATABASE: z.string().default('shop'),
};

export const serviceBusSettings = {
  /** `shop.servicebus.windows.net` */
  SERVICE_BUS__fullyQualifiedNamespace: z.string().optional(),
  SERVICE_BUS: z.string().optional(),
  SERVICE_BUS_TOPIC: z.string().default('events'),
};

/** @throws ConfigError */
export function cosmosConnection(settings: z.output<z.ZodObject<typeof cosmosSettings>>): Connection {
  return connectionOf('COSMOS__accountEndpoint', settings.COSMOS__accountEndpoint, settings.COSMOS);
}

/** @throws ConfigError */
export function serviceBusConnection(settings: z.output<z.ZodObject<typeof serviceBusSettings>>): Connection {
  const { SERVICE_BUS__fullyQualifiedNamespace: address, SERVICE_BUS: connectionString } = settings;
  return connectionOf('SERVICE_BUS__fullyQualifiedNamespace', address, connectionString);
}

/** An address means the workload's own identity; a connection string goes first. */
function connectionOf(
  setting: string,
  address: string | undefined,
  connectionString: string | undefined,
): Connection {
  if (connectionString !== undefined) return { connectionString };
  if (address !== undefined) return { address };
  throw new ConfigError(`these settings need a correction in the environment:\n  ${setting}: is missing`);
}
