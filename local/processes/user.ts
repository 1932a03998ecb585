import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { createBusPublisher } from '../../runtime/adapters/local/bus.ts';
import { connectShopDatabase } from '../../runtime/adapters/local/shop-database.ts';
import { createDispatch } from '../../runtime/http/dispatch.ts';
import { createServer } from '../../runtime/http/server.ts';
import { createTokenVerifier } from '../../runtime/http/token.ts';
import { migrate } from '../../runtime/sql/migrate.ts';
import { startOutboxRelay } from '../../runtime/sql/outbox.ts';
import { Database } from '../../runtime/sql/pool.ts';
import { openKeyFile } from '../../services/user/key-file.ts';
import { localKeys } from '../../services/user/keys.ts';
import { defaultLoginLimits } from '../../services/user/login-limiter.ts';
import { createUserService } from '../../services/user/service.ts';
import { runProcess } from './common.ts';

const count = (byDefault: number) => z.coerce.number().pipe(z.int().min(1)).default(byDefault);

const settings = {
  USER_DATABASE_URL: z.string(),
  /** Where the bus is. */
  SHOP_DATABASE_URL: z.string(),
  TOKEN_KEYS_FILE: z.string(),
  TOKEN_LIFETIME_SECONDS: count(3_600),
  LOGIN_FAILURES_PER_ACCOUNT: count(defaultLoginLimits.perAccount),
  LOGIN_FAILURES_PER_ADDRESS: count(defaultLoginLimits.perAddress),
  LOGIN_WINDOW_SECONDS: count(defaultLoginLimits.windowSeconds),
  /** Whose X-Forwarded-For is believed: the gateway's. */
  TRUSTED_PROXIES: z.string().default('loopback'),
};

await runProcess('user', settings, async ({ settings: env, logger, whileServing }) => {
  const migrations = fileURLToPath(new URL('../../services/user/migrations', import.meta.url));
  await migrate(env.USER_DATABASE_URL, migrations);
  const database = new Database({ url: env.USER_DATABASE_URL, name: 'user' });
  const shop = connectShopDatabase(env.SHOP_DATABASE_URL, 'user-outbox', 2);
  const keys = openKeyFile(env.TOKEN_KEYS_FILE, logger);
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
  const verifyToken = createTokenVerifier(localKeys(keys), rules);
  const server = createServer({
    routes,
    dispatch: createDispatch({ service: 'user', verifyToken, logger }),
    logger,
    ready: whileServing(() => database.answers()),
    trustedProxies: env.TRUSTED_PROXIES,
  });
  const relay = startOutboxRelay(database, createBusPublisher(shop), logger);
  return {
    server,
    stop: async () => {
      keys.close();
      await relay.stop();
      await Promise.all([database.close(), shop.close()]);
    },
  };
});
