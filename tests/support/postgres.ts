import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cluster, startCluster } from '../../local/postgres/cluster.ts';
import { ensureDatabases } from '../../local/postgres/databases.ts';
import { freePort } from './free-port.ts';

/** Real PostgreSQL for a suite: one cluster a mocha process, a fresh database a call. */
let cluster: Promise<{ cluster: Cluster; folder: string }> | undefined;
let databases = 0;

async function start() {
  const folder = await mkdtemp(join(tmpdir(), 'shop-test-'));
  await chmod(folder, 0o755);
  const options = {
    dataDir: join(folder, 'pg'),
    port: await freePort(),
    password: randomBytes(16).toString('hex'),
  };
  return { cluster: await startCluster(options), folder };
}

/** A new empty database, as a connection string of the role that owns it. */
export async function freshDatabase(): Promise<string> {
  cluster ??= start();
  const running = (await cluster).cluster;
  databases += 1;
  const name = `test_${databases}`;
  const password = randomBytes(16).toString('hex');
  await ensureDatabases(running.url(), [{ database: name, role: name, password }]);
  return running.url(name, name, password);
}

/** The superuser's address of the suite's cluster. */
export async function superuserUrl(): Promise<string> {
  cluster ??= start();
  return (await cluster).cluster.url();
}

/** Ends the cluster; a suite file that asked for a database calls it from no hook of its own: `mocha` root hooks do. */
export async function stopPostgres(): Promise<void> {
  if (!cluster) return;
  const started = await cluster;
  cluster = undefined;
  await started.cluster.stop();
  await rm(started.folder, { recursive: true, force: true });
}
