import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCluster } from '../../local/postgres/cluster.ts';
import { ensureDatabases } from '../../local/postgres/databases.ts';
import { freePort } from '../../tests/support/free-port.ts';
import type { Closing } from './closing.ts';

export interface BenchPostgres {
  readonly superuserUrl: string;
  /** Makes an empty database and the role that owns it. Answers with the role's connection string. */
  database(name: string, role?: string): Promise<string>;
}

/** PostgreSQL with the shop's settings, in a folder that goes when it is closed. */
export async function startPostgres(closing: Closing): Promise<BenchPostgres> {
  const folder = await mkdtemp(join(tmpdir(), 'shop-bench-'));
  closing.push(() => rm(folder, { recursive: true, force: true }));
  await chmod(folder, 0o755);
  const password = randomBytes(16).toString('hex');
  const cluster = await startCluster({ dataDir: join(folder, 'pg'), port: await freePort(), password });
  closing.push(() => cluster.stop());
  return {
    superuserUrl: cluster.url(),
    database: async (name, role = name) => {
      await ensureDatabases(cluster.url(), [{ database: name, role, password }]);
      return cluster.url(name, role, password);
    },
  };
}
