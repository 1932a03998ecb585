import { readFile } from 'node:fs/promises';
import { parseEnv } from 'node:util';
import { z } from 'zod';
import { functionShapes } from '../../../entries/functions/shape.ts';
import { countUnderWay } from '../../../local/backends/cloud-parts.ts';
import { ConfigError, readEnv } from '../../../runtime/config/env.ts';
import { withSecrets } from '../../../runtime/config/secret-env.ts';
import { countOutbox } from '../../../runtime/sql/outbox.ts';
import { Database } from '../../../runtime/sql/pool.ts';
import { connectProductDatabase } from '../../../services/product/database.ts';
import { movedTables, type Place, storesOf } from '../place.ts';
import type { OpenBackend } from './backend.ts';

const backends: Record<'aws' | 'azure', () => Promise<{ readonly openBackend: OpenBackend }>> = {
  aws: () => import('./aws.ts'),
  azure: () => import('./azure.ts'),
};

const choice = { SHOP_BACKEND: z.enum(['aws', 'azure']) };
const databases = { USER_DATABASE_URL: z.string(), PRODUCT_DATABASE_URL: z.string() };

/**
 * A deployed shop, by a file with the settings that its workloads have: addresses, names, and the databases' addresses
 * or the names of the secrets that hold them. It keeps no log of events, so there is none to compare.
 * @throws ConfigError, also when the file cannot be read
 */
export async function openDeployedPlace(file: string): Promise<Place> {
  const env: Readonly<Record<string, string | undefined>> = parseEnv(await readSettings(file));
  const { SHOP_BACKEND: on } = readEnv(choice, env);
  const { openBackend } = await backends[on]();
  const consumers = functionShapes().flatMap((shape) => shape.consumers.map(({ name }) => name));
  const backend = openBackend(env, consumers);
  const urls = readEnv(databases, await withSecrets(env, backend.secrets));
  const user = new Database({ url: urls.USER_DATABASE_URL, name: 'move', max: 2 });
  const product = connectProductDatabase(urls.PRODUCT_DATABASE_URL, 2);
  const outboxes = movedTables.map(backend.outbox);
  return {
    name: `the shop on ${on} of ${file}`,
    stores: storesOf({ user, product }, backend.open),
    countWaiting: async () => {
      const unpublished = (await countOutbox(user)) + (await countOutbox(product));
      return unpublished + (await countUnderWay(backend.countMessages, outboxes));
    },
    bus: async () => ({
      events: new Map(),
      eventsSince: never,
      queued: await backend.countMessages(),
      deadLetters: await backend.countDeadLetters(),
    }),
    markMoved: async () => {},
    close: async () => {
      await Promise.all([backend.close(), user.close(), product.close()]);
    },
  };
}

/** After any time that there is. */
const never = '9999';

async function readSettings(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new ConfigError(`the settings of a deployed shop cannot be read: ${(cause as Error).message}`, {
      cause,
    });
  }
}
