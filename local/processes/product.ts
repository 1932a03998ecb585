import { productSettings, startProduct } from '../../entries/containers/product.ts';
import { createLocalCache } from '../../runtime/adapters/local/cache.ts';
import { runProcess } from '../../runtime/process.ts';
import { migrateProductDatabase } from '../../services/product/database.ts';
import { openBusPublisher } from './bus-publisher.ts';

await runProcess('product', productSettings, async (context) => {
  const { settings: env } = context;
  await migrateProductDatabase(env.PRODUCT_DATABASE_URL);
  return startProduct(context, {
    ...openBusPublisher('product-outbox'),
    cache: createLocalCache({ maxBytes: env.CACHE_MAX_BYTES }),
  });
});
