import pRetry from 'p-retry';
import { z } from 'zod';
import { logIn } from '../../catalogue/client.ts';
import { seedCatalogue } from '../../catalogue/seed.ts';
import { readEnv } from '../../runtime/config/env.ts';
import { withSecrets } from '../../runtime/config/secret-env.ts';
import type { Secrets } from '../../runtime/ports/secrets.ts';
import { Database } from '../../runtime/sql/pool.ts';
import { createLogger, type Logger } from '../../runtime/telemetry/log.ts';
import { ensureDatabases } from '../../services/bootstrap/databases.ts';
import { ensureAdmin } from '../../services/user/admin.ts';
import { createPasswords } from '../../services/user/passwords.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What a new stack needs before it can be used; each may be repeated, and changes nothing then. */
const steps: Readonly<Record<string, (environment: Environment, logger: Logger) => Promise<void>>> = {
  databases: makeDatabases,
  shop: openShop,
};

const databaseSettings = {
  DATABASE_ADMIN_URL: z.string(),
  USER_DATABASE_URL: z.string(),
  PRODUCT_DATABASE_URL: z.string(),
};

async function makeDatabases(environment: Environment, logger: Logger): Promise<void> {
  const env = readEnv(databaseSettings, environment);
  await ensureDatabases(env.DATABASE_ADMIN_URL, [env.USER_DATABASE_URL, env.PRODUCT_DATABASE_URL]);
  logger.info('the databases and their roles are there');
}

export const shopSettings = {
  USER_DATABASE_URL: z.string(),
  ADMIN_USERNAME: z.string(),
  ADMIN_EMAIL: z.string(),
  ADMIN_PASSWORD: z.string(),
  GATEWAY_URL: z.url(),
  CATALOGUE: z.enum(['sample', 'none']).default('none'),
};

/** The first administrator, who then fills the catalogue through the gateway as anyone of them would. */
async function openShop(environment: Environment, logger: Logger): Promise<void> {
  const env = readEnv(shopSettings, environment);
  const { ADMIN_USERNAME: username, ADMIN_EMAIL: email, ADMIN_PASSWORD: password, GATEWAY_URL: url } = env;
  const database = new Database({ url: env.USER_DATABASE_URL, name: 'bootstrap', max: 1 });
  try {
    const admin = { username, email, password };
    const { id, outcome } = await ensureAdmin({ database, passwords: createPasswords() }, admin);
    logger.info({ id, outcome }, 'the first administrator is there');
  } finally {
    await database.close();
  }
  if (env.CATALOGUE === 'none') return;
  // A gateway that was just made does not answer everywhere at once.
  await pRetry(
    async () => {
      const token = await logIn(url, username, password);
      await seedCatalogue({ gatewayUrl: url, token });
    },
    { retries: 20, minTimeout: 2_000, maxTimeout: 30_000, randomize: true },
  );
  logger.info('the sample catalogue is there');
}

/** A Job's container: does the step that its argument names, and ends. Exit code 1 when it could not be done. */
export async function runBootstrap(secrets: Secrets): Promise<void> {
  const name = process.argv[2] ?? '';
  const logger = createLogger(`bootstrap-${name}`);
  const step = steps[name];
  try {
    if (!step) throw new Error(`there is no step ${name}: ${Object.keys(steps).join(', ')} are`);
    await step(await withSecrets(process.env, secrets), logger);
  } catch (error) {
    logger.fatal({ err: error }, 'the step could not be done');
    process.exit(1);
  }
}
