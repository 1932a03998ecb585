import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { type PostgresBinaries, postgresBinaries } from './binaries.ts';
import { type Owner, postgresOwner } from './owner.ts';

const run = promisify(execFile);

export interface ClusterOptions {
  /** Where the cluster lives; made at first start. */
  readonly dataDir: string;
  readonly port: number;
  readonly password: string;
  /** Receives the server's log, line by line or in larger pieces. */
  readonly onLog?: (text: string) => void;
}

export interface Cluster {
  readonly process: ChildProcess;
  /** Connection string for a database and role; the superuser's by default. */
  url(database?: string, role?: string, password?: string): string;
  /** Lets running statements finish no longer than PostgreSQL's fast shutdown does. */
  stop(): Promise<void>;
}

export const superuser = 'postgres';

/** Starts PostgreSQL on 127.0.0.1, durable as shipped (fsync and synchronous_commit on), and waits until it answers. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { dataDir, port, password, onLog = () => {} } = options;
  const binaries = await postgresBinaries();
  const owner = await postgresOwner();
  if (!existsSync(join(dataDir, 'PG_VERSION'))) await initialize(binaries, owner, dataDir, password);

  const child = spawn(
    binaries.postgres,
    ['-D', dataDir, '-p', String(port), ...serverSettings.flatMap((setting) => ['-c', setting])],
    { ...owner, cwd: dataDir, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, LC_MESSAGES: 'C' } },
  );
  child.stdout.on('data', (data: Buffer) => onLog(data.toString()));
  child.stderr.on('data', (data: Buffer) => onLog(data.toString()));

  const url = (database = 'postgres', role = superuser, secret = password) =>
    `postgresql://${role}:${encodeURIComponent(secret)}@127.0.0.1:${port}/${database}`;
  await waitUntilReady(child, url());
  return {
    process: child,
    url,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGINT'); // fast shutdown
      await exited;
    },
  };
}

const serverSettings = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'max_connections=100',
  'shared_buffers=256MB',
  'max_wal_size=2GB',
  // Queue tables turn over all the time: clean them often and a little at a time.
  'autovacuum_naptime=5s',
  'log_min_messages=fatal',
];

/** Makes the cluster beside its place and moves it there, so that an interrupted first start leaves nothing half made. */
async function initialize(binaries: PostgresBinaries, owner: Owner, dataDir: string, password: string) {
  const passwordFile = join(tmpdir(), `shop-${randomUUID()}`);
  await rm(dataDir, { recursive: true, force: true });
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (owner.uid !== undefined && owner.gid !== undefined) {
    await chown(dataDir, owner.uid, owner.gid);
    await chown(passwordFile, owner.uid, owner.gid);
  }
  await chmod(dataDir, 0o700);
  try {
    await run(
      binaries.initdb,
      [
        `--pgdata=${dataDir}`,
        `--username=${superuser}`,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale-provider=builtin',
        '--locale=C.UTF-8',
        '--no-sync',
      ],
      { ...owner, cwd: dataDir },
    );
  } finally {
    await rm(passwordFile, { force: true });
  }
}

async function waitUntilReady(child: ChildProcess, url: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`PostgreSQL ended at its start (exit ${child.exitCode ?? child.signalCode})`);
    }
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1_000 });
    client.on('error', () => {});
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      await client.end().catch(() => {});
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  }
}
