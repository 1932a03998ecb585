import { resolve } from 'node:path';
import { type BackendName, dataFolders } from '../../local/backends/names.ts';
import { startCommand } from '../../local/commands/running-shop.ts';
import { openRunningShop, readRuntimeFile } from '../../local/runtime-file.ts';
import { countOutbox } from '../../runtime/sql/outbox.ts';
import { Database } from '../../runtime/sql/pool.ts';
import { connectProductDatabase } from '../../services/product/database.ts';
import { type Place, storesOf } from './place.ts';

interface RunningPlaceName {
  readonly on: BackendName;
  readonly folder: string;
}

/**
 * A shop that runs on this machine, by its data folder.
 * @throws Error when there is none, with what to do about it
 */
export async function openRunningPlace({ on, folder }: RunningPlaceName): Promise<Place> {
  const start = startCommand(on);
  const elsewhere = folder !== dataFolders[on];
  const info = await readRuntimeFile(folder, elsewhere ? `DATA_DIR=${folder} ${start}` : start);
  if (info.on !== on) throw new Error(`the shop in ${folder} stands on ${info.on}, not on ${on}`);
  const parts = await openRunningShop(info, 'move');
  const user = new Database({ url: info.databases.user, name: 'move', max: 2 });
  const product = connectProductDatabase(info.databases.product, 2);
  return {
    name: `the shop on ${on} in ${resolve(folder)}`,
    stores: storesOf({ user, product }, parts.open),
    countWaiting: async () => {
      const unpublished = (await countOutbox(user)) + (await countOutbox(product));
      return unpublished + (await parts.countQueued());
    },
    bus: async () => ({
      events: await parts.countEvents(),
      eventsSince: await parts.eventsSince(),
      queued: await parts.countQueued(),
      deadLetters: await parts.countDeadLetters(),
    }),
    markMoved: parts.markMoved,
    close: async () => {
      await Promise.all([parts.close(), user.close(), product.close()]);
    },
  };
}
