import { z } from 'zod';
import { startUser, userSettings } from '../../entries/containers/user.ts';
import { createBusPublisher } from '../../runtime/adapters/local/bus.ts';
import { connectShopDatabase } from '../../runtime/adapters/local/shop-database.ts';
import { runProcess } from '../../runtime/process.ts';
import { migrateUserDatabase } from '../../services/user/database.ts';
import { openKeyFile } from '../../services/user/key-file.ts';

const settings = {
  ...userSettings,
  /** Where the bus is. */
  SHOP_DATABASE_URL: z.string(),
  TOKEN_KEYS_FILE: z.string(),
};

await runProcess('user', settings, async (context) => {
  const { settings: env, logger } = context;
  await migrateUserDatabase(env.USER_DATABASE_URL);
  const shop = connectShopDatabase(env.SHOP_DATABASE_URL, 'user-outbox', 2);
  return startUser(context, {
    publisher: createBusPublisher(shop),
    keys: openKeyFile(env.TOKEN_KEYS_FILE, logger),
    close: () => shop.close(),
  });
});
