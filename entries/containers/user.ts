import { z } from 'zod';
import { createDispatch } from '../../runtime/http/dispatch.ts';
import { createServer } from '../../runtime/http/server.ts';
import { createTokenVerifier } from '../../runtime/http/token.ts';
import type { ProcessContext, RunningProcess } from '../../runtime/process.ts';
import { startOutboxRelay } from '../../runtime/sql/outbox.ts';
import { Database } from '../../runtime/sql/pool.ts';
import { migrateUserDatabase } from '../../services/user/database.ts';
import type { KeyFile } from '../../services/user/key-file.ts';
import { openKeySecret } from '../../services/user/key-secret.ts';
import { localKeys } from '../../services/user/keys.ts';
import { defaultLoginLimits } from '../../services/user/login-limiter.ts';
import { createUserService } from '../../services/user/service.ts';
import type { ContainerHost } from './host.ts';
import type { ContainerParts } from './parts.ts';
import { runContainer } from './run.ts';

const count = (byDefault: number) => z.coerce.number().pipe(z.int().min(1)).default(byDefault);

export const userSettings = {
  USER_DATABASE_URL: z.string(),
  TOKEN_LIFETIME_SECONDS: count(3_600),
  LOGIN_FAILURES_PER_ACCOUNT: count(defaultLoginLimits.perAccount),
  LOGIN_FAILURES_PER_ADDRESS: count(defaultLoginLimits.perAddress),
  LOGIN_WINDOW_SECONDS: count(defaultLoginLimits.windowSeconds),
  /** Whose X-Forwarded-For is believed: the gateway's. */
  TRUSTED_PROXIES: z.string().default('loopback'),
};

export interface UserParts extends ContainerParts {
  readonly keys: KeyFile;
}

/** The user service on a migrated database, with what its host gives it to stand on. */
export function startUser(
  { settings: env, logger, whileServing }: ProcessContext<typeof userSettings>,
  { publisher, keys, close }: UserParts,
): RunningProcess {
  const database = new Database({ url: env.USER_DATABASE_URL, name: 'user' });
  process.on('SIGHUP', keys.reload);

  const rules = { issuer: env.TOKEN_ISSUER, audience: env.TOKEN_AUDIENCE };
  const { routes } = createUserService({
    database,
    keys,
    tokens: { ...rules, lifetimeSeconds: env.TOKEN_LIFETIME_SECONDS },
    limits: {
      perAccount: env.LOGIN_FAILURES_PER_ACCOUNT,
      perAddress: env.LOGIN_FAILURES_PER_ADDRESS,
      windowSeconds: env.LOGIN_WINDOW_SECONDS,
    },
  });
  const server = createServer({
    routes,
    dispatch: createDispatch({
      service: 'user',
      verifyToken: createTokenVerifier(localKeys(keys), rules),
      logger,
    }),
    logger,
    ready: whileServing(() => database.answers()),
    trustedProxies: env.TRUSTED_PROXIES,
  });
  const relay = startOutboxRelay(database, publisher, logger);
  return {
    server,
    stop: async () => {
      keys.close();
      await relay.stop();
      await Promise.all([database.close(), close()]);
    },
  };
}

/** The user service as a container of a cloud. */
export async function runUser<Shape extends z.ZodRawShape>(host: ContainerHost<Shape>): Promise<void> {
  const settings = {
    ...host.settings,
    ...userSettings,
    /** Of the secret with the keys that sign tokens, in the form of a key file. */
    TOKEN_KEYS_SECRET_NAME: z.string(),
  };
  await runContainer({
    name: 'user',
    settings,
    secrets: host.secrets,
    databaseSetting: 'USER_DATABASE_URL',
    migrate: migrateUserDatabase,
    start: async (context) => {
      const env = context.settings as z.output<
        z.ZodObject<typeof userSettings & { TOKEN_KEYS_SECRET_NAME: z.ZodString }>
      >;
      const keys = await openKeySecret(host.secrets, env.TOKEN_KEYS_SECRET_NAME, context.logger);
      return startUser(context as ProcessContext<typeof userSettings>, {
        ...host.openPublisher(context.settings as z.output<z.ZodObject<Shape>>),
        keys,
      });
    },
  });
}
