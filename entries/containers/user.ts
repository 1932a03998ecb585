import { z } from 'zod';
import { ConfigError } from '../../runtime/config/env.ts';
import { createDispatch } from '../../runtime/http/dispatch.ts';
import { createServer } from '../../runtime/http/server.ts';
import { createTokenVerifier } from '../../runtime/http/token.ts';
import type { Secrets } from '../../runtime/ports/secrets.ts';
import type { ProcessContext, RunningProcess } from '../../runtime/process.ts';
import { startOutboxRelay } from '../../runtime/sql/outbox.ts';
import { Database } from '../../runtime/sql/pool.ts';
import type { Logger } from '../../runtime/telemetry/log.ts';
import { migrateUserDatabase } from '../../services/user/database.ts';
import { type KeyFile, openKeyFile } from '../../services/user/key-file.ts';
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

const keySettings = {
  /** Of the secret with the keys that sign tokens, in the form of a key file. */
  TOKEN_KEYS_SECRET_NAME: z.string().optional(),
  /** The same as a file, where a secret is mounted. */
  TOKEN_KEYS_FILE: z.string().optional(),
};

/** @throws ConfigError when neither is named, or the keys cannot be used */
async function openKeys(
  env: z.output<z.ZodObject<typeof keySettings>>,
  secrets: Secrets,
  logger: Logger,
): Promise<KeyFile> {
  const { TOKEN_KEYS_SECRET_NAME: secret, TOKEN_KEYS_FILE: file } = env;
  if (secret !== undefined) return openKeySecret(secrets, secret, logger);
  if (file !== undefined) return openKeyFile(file, logger);
  throw new ConfigError('TOKEN_KEYS_SECRET_NAME or TOKEN_KEYS_FILE must name the keys that sign tokens');
}

/** The user service as a container of a cloud. */
export async function runUser<Shape extends z.ZodRawShape>(host: ContainerHost<Shape>): Promise<void> {
  await runContainer({
    name: 'user',
    settings: { ...host.settings, ...userSettings, ...keySettings },
    secrets: host.secrets,
    databaseSetting: 'USER_DATABASE_URL',
    migrate: migrateUserDatabase,
    start: async (context) => {
      const own = context as ProcessContext<typeof userSettings & typeof keySettings>;
      const keys = await openKeys(own.settings, host.secrets, own.logger);
      return startUser(own, {
        ...host.openPublisher(context.settings as z.output<z.ZodObject<Shape>>),
        keys,
      });
    },
  });
}
