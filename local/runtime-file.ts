import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { backendNames } from './backends/names.ts';
import { openParts, type ShopParts } from './backends/parts.ts';

/**
 * `runtime.json` in the data folder: where the running shop can be reached. The supervisor writes it while it
 * runs; commands read it. It holds database passwords, hence mode 0600.
 */
const runtimeInfo = z.object({
  /** What the shop stands on. */
  on: z.enum(backendNames),
  /** The environment of whatever works with a cloud's stand-ins. */
  cloud: z.record(z.string(), z.string()),
  gatewayUrl: z.url(),
  consoleUrl: z.url(),
  /** Connection strings. */
  databases: z.object({ user: z.string(), product: z.string(), shop: z.string() }),
  supervisorPid: z.int().positive(),
});

export type RuntimeInfo = z.infer<typeof runtimeInfo>;

export class RuntimeFileError extends Error {
  override readonly name = 'RuntimeFileError';
}

const fileOf = (dataDir: string) => join(dataDir, 'runtime.json');

/**
 * @param start what starts such a shop
 * @throws RuntimeFileError when no shop runs on this data folder, with what to do about it
 */
export async function readRuntimeFile(dataDir: string, start = 'npm start'): Promise<RuntimeInfo> {
  const file = fileOf(dataDir);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    const reason =
      (cause as NodeJS.ErrnoException).code === 'ENOENT'
        ? `no shop is running on the data folder ${dataDir}: run \`${start}\` first (DATA_DIR names another folder)`
        : `${file} cannot be read: ${(cause as Error).message}`;
    throw new RuntimeFileError(reason, { cause });
  }
  const info = parse(text);
  if (!info) {
    throw new RuntimeFileError(`${file} is not what the shop writes: stop the shop, then run \`${start}\``);
  }
  if (!isAlive(info.supervisorPid)) {
    throw new RuntimeFileError(
      `the shop on the data folder ${dataDir} has ended (process ${info.supervisorPid}): run \`${start}\` first`,
    );
  }
  return info;
}

/** Looks into the running shop. @param name tells the connections apart */
export const openRunningShop = (
  { cloud, databases, gatewayUrl }: RuntimeInfo,
  name: string,
): Promise<ShopParts> =>
  openParts({ ...cloud, SHOP_DATABASE_URL: databases.shop, PUBLIC_URL: gatewayUrl }, name);

/** Whole or not at all: a reader never sees half a file. */
export async function writeRuntimeFile(dataDir: string, info: RuntimeInfo): Promise<void> {
  await mkdir(dataDir, { recursive: true });
  const temporary = join(dataDir, `runtime-${randomUUID()}.tmp`);
  try {
    await writeFile(temporary, `${JSON.stringify(info, null, 2)}\n`, { mode: 0o600 });
    await rename(temporary, fileOf(dataDir));
  } finally {
    await rm(temporary, { force: true });
  }
}

export async function removeRuntimeFile(dataDir: string): Promise<void> {
  await rm(fileOf(dataDir), { force: true });
}

function parse(text: string): RuntimeInfo | undefined {
  try {
    return runtimeInfo.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
