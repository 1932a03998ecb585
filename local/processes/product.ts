import { z } from 'zod';
import { productSettings, startProduct } from '../../entries/containers/product.ts';
import { createBusPublisher } from '../../runtime/adapters/local/bus.ts';
import { createLocalCache } from '../../runtime/adapters/local/cache.ts';
import { connectShopDatabase } from '../../runtime/adapters/local/shop-database.ts';
import { runProcess } from '../../runtime/process.ts';
import { migrateProductDatabase } from '../../services/product/database.ts';

const settings = {
  ...productSettings,
  /** Where the bus is. */
  SHOP_DATABASE_URL: z.string(),
};

await runProcess('product', settings, async (context) => {
  const { settings: env } = context;
  await migrateProductDatabase(env.PRODUCT_DATABASE_URL);
  const shop = connectShopDatabase(env.SHOP_DATABASE_URL, 'product-outbox', 2);
  return startProduct(context, {
    publisher: createBusPublisher(shop),
    cache: createLocalCache({ maxBytes: env.CACHE_MAX_BYTES }),
    close: () => shop.close(),
  });
});
