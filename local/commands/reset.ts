import { ConfigError } from '../../runtime/config/env.ts';
import { StartError } from '../supervisor/errors.ts';
import { resetDataFolder } from '../supervisor/reset.ts';
import { readLocalSettings } from '../supervisor/settings.ts';

try {
  const { dataDir } = readLocalSettings(process.env);
  const { removed, kept } = await resetDataFolder(dataDir);
  for (const path of removed) console.log(`removed ${path}`);
  for (const path of kept) console.log(`kept    ${path}, which the shop did not make`);
  if (removed.length === 0) console.log(`there is nothing to remove in ${dataDir}`);
} catch (error) {
  if (!(error instanceof StartError || error instanceof ConfigError)) throw error;
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
}
