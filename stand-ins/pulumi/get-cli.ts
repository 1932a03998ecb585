/**
 * Makes sure that this machine has the pulumi CLI, and says which: from PATH, else by the official installer, else
 * built from its Go modules (about 4 minutes, once). What it gets is kept in the user's cache folder.
 *
 * usage: node stand-ins/pulumi/get-cli.ts
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { findPulumi, howToGetPulumi, installPulumi } from './cli.ts';

const buildScript = fileURLToPath(new URL('../../scripts/build-pulumi.sh', import.meta.url));
const buildDeadlineMs = 15 * 60_000;

async function get() {
  const found = await findPulumi();
  if (found) return found;
  try {
    await installPulumi();
    const installed = await findPulumi();
    if (installed) return installed;
  } catch (error) {
    console.log(`the installer of pulumi failed (${messageOf(error)}); building it from its Go modules …`);
  }
  spawnSync(buildScript, { stdio: ['ignore', 'ignore', 'inherit'], timeout: buildDeadlineMs });
  return findPulumi();
}

const messageOf = (error: unknown) =>
  error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);

const cli = await get();
if (cli) console.log(`pulumi ${cli.version}: ${cli.command}`);
else console.error(`there is no pulumi: ${howToGetPulumi}`);
process.exitCode = cli ? 0 : 1;
