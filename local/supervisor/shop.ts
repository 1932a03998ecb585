import { existsSync } from 'node:fs';
import type { Logger } from '../../runtime/telemetry/log.ts';
import type { BackendPlan } from '../backends/plan.ts';
import { removeRuntimeFile, writeRuntimeFile } from '../runtime-file.ts';
import { claimDataFolder } from './folder.ts';
import type { ProcessStatus } from './keeper.ts';
import { createKeepers } from './keepers.ts';
import { claimPorts, type Layout, layOut, type Ports } from './layout.ts';
import type { LogSink } from './output.ts';
import { waitForOk } from './ready.ts';
import { ensureSecrets, type Secrets } from './secrets.ts';
import { forgetSeeding, isSeeded, type Seed, seedOnce } from './seed.ts';
import { clusterFolder } from './server.ts';
import type { LocalSettings } from './settings.ts';
import { type Stage, stopInOrder } from './stop.ts';

export interface ShopOptions {
  readonly settings: LocalSettings;
  readonly plan: BackendPlan;
  readonly seed: Seed;
  /** What the children inherit. */
  readonly env: NodeJS.ProcessEnv;
  readonly logger: Logger;
  /** Takes what the children write. */
  readonly output: LogSink;
  /** Tells a person how far the start is. */
  readonly say: (text: string) => void;
  /** Gives up a start under way: what was started is stopped. */
  readonly signal: AbortSignal;
}

export interface Shop {
  readonly layout: Layout;
  processes(): readonly ProcessStatus[];
  stop(): Promise<void>;
}

/** How long what a killed shop left may hold its ports, in milliseconds. */
const leftoverPatienceMs = 6_000;
const readyDeadlineMs = 90_000;

/** Starts the whole shop, and resolves when an order can be placed. */
export async function startShop(options: ShopOptions): Promise<Shop> {
  const { settings, plan, seed, say, signal } = options;
  const { dataDir } = settings;
  const lock = await claimDataFolder(dataDir, plan.name);
  let stages: readonly Stage[] = [];
  const stop = async () => {
    await removeRuntimeFile(dataDir);
    await stopInOrder(stages);
    await lock.release();
  };
  try {
    await removeRuntimeFile(dataDir);
    const { ports, secrets } = await prepare(settings, lock.abandoned, say);
    const layout = layOut(settings, ports, secrets, plan.settings(ports));
    const keepers = createKeepers({
      ...options,
      processes: plan.processes,
      layout,
      superuserPassword: secrets.passwords.superuser,
    });
    stages = keepers.stages;
    await orAborted(keepers.start(), signal);
    await waitForOk(`${layout.gatewayUrl}/ready`, readyDeadlineMs, signal);
    if (settings.catalogue === 'sample' && !isSeeded(dataDir)) {
      say('filling the sample catalogue');
      await orAborted(seedOnce(layout, seed, signal), signal);
    }
    await writeRuntimeFile(dataDir, {
      on: plan.name,
      cloud: layout.cloud,
      gatewayUrl: layout.gatewayUrl,
      consoleUrl: layout.consoleUrl,
      databases: layout.databases,
      supervisorPid: process.pid,
    });
    return { layout, processes: keepers.statuses, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Everything that is settled before anything runs. */
async function prepare(
  settings: LocalSettings,
  abandoned: boolean,
  say: ShopOptions['say'],
): Promise<{ ports: Ports; secrets: Secrets }> {
  const { dataDir } = settings;
  if (abandoned) say('the last shop on this data folder was killed; clearing up after it');
  const ports = await claimPorts(settings, abandoned ? leftoverPatienceMs : 0);
  const hasCluster = existsSync(clusterFolder(dataDir));
  if (!hasCluster) {
    say('first start on this data folder: making keys and databases');
    await forgetSeeding(dataDir);
  }
  return { ports, secrets: await ensureSecrets(dataDir, hasCluster) };
}

/** Does not wait for work that does not heed the signal. */
async function orAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal.reason);
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort);
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
