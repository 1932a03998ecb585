import { movedTables, type Place, storesOf } from '../../operations/move/place.ts';
import { createDocuments as createDynamoDocuments } from '../../runtime/adapters/aws/documents.ts';
import { tableName } from '../../runtime/adapters/aws/table.ts';
import { cosmosClient, lazy } from '../../runtime/adapters/azure/clients.ts';
import { containerShape } from '../../runtime/adapters/azure/container.ts';
import { createDocuments as createCosmosDocuments } from '../../runtime/adapters/azure/documents.ts';
import { onceInOrder } from '../../runtime/adapters/local/delivery.ts';
import {
  connectShopDatabase,
  migrateShopDatabase,
  openTables,
} from '../../runtime/adapters/local/shop-database.ts';
import type { TableDefinition } from '../../runtime/function-service.ts';
import type { Documents } from '../../runtime/ports/documents.ts';
import { Database } from '../../runtime/sql/pool.ts';
import { connectProductDatabase, migrateProductDatabase } from '../../services/product/database.ts';
import { migrateUserDatabase } from '../../services/user/database.ts';
import { createTable } from '../../stand-ins/aws/tables.ts';
import { awsStandIns, freshPrefix } from './aws.ts';
import { sharedCosmos } from './azure.ts';
import { freshDatabase } from './postgres.ts';

/** A shop without processes: its stores on a backend, empty; and no bus, so that nothing is ever on its way. */
export interface StillPlace extends Place {
  readonly user: Database;
  readonly product: Database;
  open(table: TableDefinition): Documents;
  /** What it was told of orders that were placed elsewhere. */
  readonly marks: string[];
}

interface Opened {
  open(table: TableDefinition): Documents;
  close(): Promise<unknown>;
}

let opened = 0;

const backends: Record<'local' | 'aws' | 'azure', () => Promise<Opened>> = {
  local: async () => {
    const url = await freshDatabase();
    await migrateShopDatabase(url);
    const database = connectShopDatabase(url, 'place', 4);
    return { open: openTables(database, onceInOrder), close: () => database.close() };
  },
  aws: async () => {
    const { dynamoDb } = await awsStandIns();
    const prefix = freshPrefix();
    const tableOf = (definition: TableDefinition) => ({
      tableName: tableName(prefix, definition),
      definition,
    });
    await Promise.all(movedTables.map((table) => createTable(dynamoDb, tableOf(table))));
    return { open: (table) => createDynamoDocuments(dynamoDb, tableOf(table)), close: async () => {} };
  },
  azure: async () => {
    const cosmos = await sharedCosmos();
    const client = cosmosClient({ connectionString: cosmos.connectionString });
    opened += 1;
    const name = `place-${opened}`;
    for (const table of movedTables) cosmos.ensureContainer(name, containerShape(table));
    const containerOf = (table: TableDefinition) =>
      lazy(async () => (await client()).database(name).container(table.name));
    return {
      open: (table) => createCosmosDocuments(containerOf(table), table),
      close: async () => (await client()).dispose(),
    };
  },
};

export async function openStillPlace(on: keyof typeof backends): Promise<StillPlace> {
  const [{ open, close }, userUrl, productUrl] = await Promise.all([
    backends[on](),
    freshDatabase(),
    freshDatabase(),
  ]);
  await Promise.all([migrateUserDatabase(userUrl), migrateProductDatabase(productUrl)]);
  const user = new Database({ url: userUrl, name: 'place', max: 2 });
  const product = connectProductDatabase(productUrl, 2);
  const marks: string[] = [];
  return {
    name: `the shop on ${on}`,
    stores: storesOf({ user, product }, open),
    user,
    product,
    open,
    marks,
    countWaiting: async () => 0,
    bus: async () => ({ events: new Map(), eventsSince: nothingBefore, queued: 0, deadLetters: 0 }),
    markMoved: async (before) => {
      marks.push(before);
    },
    close: async () => {
      await Promise.all([close(), user.close(), product.close()]);
    },
  };
}

/** Its bus knows nothing of any order. */
const nothingBefore = '9999';
