import { z } from 'zod';
import type { ContainerParts } from '../../entries/containers/parts.ts';
import { createBusPublisher } from '../../runtime/adapters/local/bus.ts';
import { connectShopDatabase } from '../../runtime/adapters/local/shop-database.ts';
import { readEnv } from '../../runtime/config/env.ts';

/** Publishes for a service whose own data lies elsewhere: the bus is in the shop's database. */
export function openBusPublisher(name: string): ContainerParts {
  const { SHOP_DATABASE_URL } = readEnv({ SHOP_DATABASE_URL: z.string() });
  const database = connectShopDatabase(SHOP_DATABASE_URL, name, 2);
  return { publisher: createBusPublisher(database), close: () => database.close() };
}
