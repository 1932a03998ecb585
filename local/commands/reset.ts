import { Command } from 'commander';
import { resetDataFolder } from '../supervisor/reset.ts';
import { readLocalSettings } from '../supervisor/settings.ts';
import { dataFolder, type OnOption, onOption } from './running-shop.ts';

const command = new Command('reset')
  .description('Deletes the data of a stopped shop')
  .addOption(onOption())
  .action(async ({ on }: OnOption) => {
    const { dataDir } = readLocalSettings({ ...process.env, DATA_DIR: dataFolder(on) });
    const { removed, kept } = await resetDataFolder(dataDir);
    for (const path of removed) console.log(`removed ${path}`);
    for (const path of kept) console.log(`kept    ${path}, which the shop did not make`);
    if (removed.length === 0) console.log(`there is nothing to remove in ${dataDir}`);
  });

await command.parseAsync().catch((error: Error) => {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
});
