import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** The `pulumi` program, and the PATH on which it finds what it needs to run programs of Node.js. */
export interface PulumiCli {
  readonly command: string;
  readonly version: string;
  readonly path: string;
}

const run = promisify(execFile);
const languageHosts = fileURLToPath(new URL('bin', import.meta.url));
/** Where `scripts/build-pulumi.sh` and the installer put it: they outlive a run, and are the user's. */
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'ecommerce-platform');
const installed = join(cache, 'pulumi-installed');

export const howToGetPulumi =
  'node stand-ins/pulumi/get-cli.ts, or put it on PATH yourself (https://www.pulumi.com/docs/iac/download-install/)';

/** On PATH, or where an earlier install or build put it. Undefined when it is at none of these places. */
export async function findPulumi(): Promise<PulumiCli | undefined> {
  const onPath = (process.env.PATH ?? '').split(delimiter);
  const folders = [...onPath, join(installed, 'bin'), join(cache, 'pulumi-built', 'bin')];
  for (const folder of folders) {
    const command = join(folder, process.platform === 'win32' ? 'pulumi.exe' : 'pulumi');
    if (folder === '' || !existsSync(command)) continue;
    const version = await versionOf(command);
    if (version !== undefined) return { command, version, path: pathFor(folder) };
  }
  return undefined;
}

/** The longest that its download may take. */
const installDeadlineMs = 180_000;

/** @throws Error when Pulumi's own site cannot be reached */
export async function installPulumi(): Promise<void> {
  const { PulumiCommand } = (await import('@pulumi/pulumi/automation/index.js')).default;
  const late = sleep(installDeadlineMs, undefined, { ref: false }).then(() => {
    throw new Error(`the download took more than ${installDeadlineMs / 1000} s`);
  });
  await Promise.race([PulumiCommand.install({ root: installed }), late]);
}

async function versionOf(command: string): Promise<string | undefined> {
  try {
    const { stdout } = await run(command, ['version'], {
      timeout: 20_000,
      env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: 'true' },
    });
    return stdout.trim();
  } catch {
    return undefined;
  }
}

/** The Node that runs this comes first; the language host only where the CLI brings none. */
function pathFor(folder: string): string {
  const brings = existsSync(join(folder, 'pulumi-language-nodejs'));
  return [dirname(process.execPath), folder, process.env.PATH ?? '', ...(brings ? [] : [languageHosts])].join(
    delimiter,
  );
}
