import { z } from 'zod';
import { createBusPublisher } from '../../../runtime/adapters/local/bus.ts';
import { connectShopDatabase } from '../../../runtime/adapters/local/shop-database.ts';
import { readEnv } from '../../../runtime/config/env.ts';
import type { OpenPublisher } from '../parts.ts';

/** The bus is in the shop's database. */
export const openPublisher: OpenPublisher = (env, name) => {
  const { SHOP_DATABASE_URL } = readEnv({ SHOP_DATABASE_URL: z.string() }, env);
  const database = connectShopDatabase(SHOP_DATABASE_URL, name, 2);
  return { publisher: createBusPublisher(database), close: () => database.close() };
};
