import { z } from 'zod';
import { createLocalCache } from '../../runtime/adapters/local/cache.ts';
import { openRedisCache } from '../../runtime/adapters/shared/redis-cache.ts';
import { createDispatch } from '../../runtime/http/dispatch.ts';
import { createServer } from '../../runtime/http/server.ts';
import { createTokenVerifier, remoteKeys } from '../../runtime/http/token.ts';
import type { Cache, CacheStatistics } from '../../runtime/ports/cache.ts';
import type { ProcessContext, RunningProcess } from '../../runtime/process.ts';
import { startOutboxRelay } from '../../runtime/sql/outbox.ts';
import { observe } from '../../runtime/telemetry/metrics.ts';
import { connectProductDatabase, migrateProductDatabase } from '../../services/product/database.ts';
import { createProductService } from '../../services/product/service.ts';
import type { ContainerHost } from './host.ts';
import type { ContainerParts } from './parts.ts';
import { runContainer } from './run.ts';

const whole = (byDefault: number) => z.coerce.number().pipe(z.int().min(0)).default(byDefault);

export const productSettings = {
  PRODUCT_DATABASE_URL: z.string(),
  JWKS_URL: z.url(),
  /** How long an answer is kept; 0 keeps none. */
  CACHE_TTL_MS: whole(60_000),
  /** Of a cache within the process. */
  CACHE_MAX_BYTES: whole(64 * 1024 * 1024).pipe(z.number().min(1)),
  /** How many matches a search ranks and sorts at most. */
  SEARCH_CANDIDATES: whole(60).pipe(z.number().min(1).max(10_000)),
  /** Whose X-Forwarded-For is believed: the gateway's. */
  TRUSTED_PROXIES: z.string().default('loopback'),
};

export interface ProductParts extends ContainerParts {
  readonly cache: Cache & { statistics(): CacheStatistics };
}

/** The product service on a migrated database, with what its host gives it to stand on. */
export function startProduct(
  { settings: env, logger, whileServing }: ProcessContext<typeof productSettings>,
  { publisher, cache, close }: ProductParts,
): RunningProcess {
  const database = connectProductDatabase(env.PRODUCT_DATABASE_URL);
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
  const relay = startOutboxRelay(database, publisher, logger);
  return {
    server,
    stop: async () => {
      await relay.stop();
      await Promise.all([database.close(), close()]);
    },
  };
}

const cacheSettings = {
  /** Of Valkey or Redis, `rediss://…`. Without it each container has a cache of its own, for one of them alone. */
  CACHE_URL: z.string().optional(),
};

/** The product service as a container of a cloud. */
export async function runProduct<Shape extends z.ZodRawShape>(host: ContainerHost<Shape>): Promise<void> {
  await runContainer({
    name: 'product',
    settings: { ...host.settings, ...productSettings, ...cacheSettings },
    secrets: host.secrets,
    databaseSetting: 'PRODUCT_DATABASE_URL',
    migrate: migrateProductDatabase,
    start: async (context) => {
      const own = context as ProcessContext<typeof productSettings & typeof cacheSettings>;
      const { CACHE_URL: url, CACHE_MAX_BYTES: maxBytes } = own.settings;
      const { publisher, close } = host.openPublisher(context.settings as z.output<z.ZodObject<Shape>>);
      const redis = url === undefined ? undefined : await openRedisCache({ url, logger: own.logger });
      return startProduct(own, {
        publisher,
        cache: redis ?? createLocalCache({ maxBytes }),
        close: () => Promise.all([redis?.close(), close()]),
      });
    },
  });
}
