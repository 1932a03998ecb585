/** A process with a cache of its own that does over IPC what the test says: another replica of a service. */
import { openRedisCache } from '../../runtime/adapters/shared/redis-cache.ts';
import { createLogger } from '../../runtime/telemetry/log.ts';

export type CacheOrder =
  | { readonly do: 'get'; readonly key: string; readonly loaded: string }
  | { readonly do: 'invalidate'; readonly prefix: string };

const cache = await openRedisCache({ url: process.argv[2] ?? '', logger: createLogger('child', 'silent') });

process.on('message', async (order: CacheOrder) => {
  if (order.do === 'invalidate') {
    await cache.invalidate(order.prefix);
    process.send?.('done');
  } else {
    process.send?.(await cache.getOrLoad(order.key, 60_000, async () => order.loaded));
  }
});
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
