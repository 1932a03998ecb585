import { join } from 'node:path';
import type { Logger } from '../../runtime/telemetry/log.ts';
import { launchCluster } from '../postgres/cluster.ts';
import type { Launched } from './keeper.ts';

export interface DatabaseServerOptions {
  readonly dataDir: string;
  readonly port: number;
  readonly password: string;
  readonly logger: Logger;
}

export const clusterFolder = (dataDir: string): string => join(dataDir, 'postgres');

/** PostgreSQL as a process that a keeper keeps: each launch recovers from whatever ended the last one. */
export async function launchDatabaseServer(
  { dataDir, port, password, logger }: DatabaseServerOptions,
  signal: AbortSignal,
): Promise<Launched> {
  const cluster = await launchCluster({
    dataDir: clusterFolder(dataDir),
    port,
    password,
    signal,
    // Sessions that are refused while it starts or stops fill it; a failure's last lines are told with the failure.
    onLog: (text) => logger.debug({ process: 'postgres' }, text.trimEnd()),
  });
  return { pid: cluster.process.pid, ready: cluster.ready, ended: cluster.ended, stop: cluster.stop };
}
