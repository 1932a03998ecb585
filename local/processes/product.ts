import { z } from 'zod';
import { createBusPublisher } from '../../runtime/adapters/local/bus.ts';
import { createLocalCache } from '../../runtime/adapters/local/cache.ts';
import { connectShopDatabase } from '../../runtime/adapters/local/shop-database.ts';
import { createDispatch } from '../../runtime/http/dispatch.ts';
import { createServer } from '../../runtime/http/server.ts';
import { createTokenVerifier, remoteKeys } from '../../runtime/http/token.ts';
import { startOutboxRelay } from '../../runtime/sql/outbox.ts';
import { observe } from '../../runtime/telemetry/metrics.ts';
import { connectProductDatabase, migrateProductDatabase } from '../../services/product/database.ts';
import { createProductService } from '../../services/product/service.ts';
import { runProcess } from './common.ts';

const whole = (byDefault: number) => z.coerce.number().pipe(z.int().min(0)).default(byDefault);

const settings = {
  PRODUCT_DATABASE_URL: z.string(),
  /** Where the bus is. */
  SHOP_DATABASE_URL: z.string(),
  JWKS_URL: z.url(),
  /** How long an answer is kept; 0 keeps none. */
  CACHE_TTL_MS: whole(60_000),
  CACHE_MAX_BYTES: whole(64 * 1024 * 1024).pipe(z.number().min(1)),
  /** How many matches a search ranks and sorts at most. */
  SEARCH_CANDIDATES: whole(100).pipe(z.number().min(1).max(10_000)),
  /** Whose X-Forwarded-For is believed: the gateway's. */
  TRUSTED_PROXIES: z.string().default('loopback'),
};

await runProcess('product', settings, async ({ settings: env, logger, whileServing }) => {
  await migrateProductDatabase(env.PRODUCT_DATABASE_URL);
  const database = connectProductDatabase(env.PRODUCT_DATABASE_URL);
  const shop = connectShopDatabase(env.SHOP_DATABASE_URL, 'product-outbox', 2);
  const cache = createLocalCache({ maxBytes: env.CACHE_MAX_BYTES });
  observe('cache.hits', 'Reads answered from the cache', (now) => now.observe(cache.statistics().hits));
  observe('cache.misses', 'Reads that had to load', (now) => now.observe(cache.statistics().misses));

  const { routes } = createProductService({
    database,
    cache,
    cacheTtlMs: env.CACHE_TTL_MS,
    searchCandidates: env.SEARCH_CANDIDATES,
  });
  const verifyToken = createTokenVerifier(remoteKeys(env.JWKS_URL), {
    issuer: env.TOKEN_ISSUER,
    audience: env.TOKEN_AUDIENCE,
  });
  const server = createServer({
    routes,
    dispatch: createDispatch({ service: 'product', verifyToken, logger }),
    logger,
    ready: whileServing(() => database.answers()),
    trustedProxies: env.TRUSTED_PROXIES,
  });
  const relay = startOutboxRelay(database, createBusPublisher(shop), logger);
  return {
    server,
    stop: async () => {
      await relay.stop();
      await Promise.all([database.close(), shop.close()]);
    },
  };
});
