import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { initializeCluster, serverEnvironment, superuser } from './initialize.ts';
import { stopLeftoverServer } from './leftover.ts';
import { type Placement, placeCluster } from './placement.ts';

export interface ClusterOptions {
  /** Where the cluster lives; made at first start, in a folder that exists. */
  readonly dataDir: string;
  readonly port: number;
  readonly password: string;
  /** Receives the server's log, line by line or in larger pieces. */
  readonly onLog?: (text: string) => void;
  /** Gives up a start under way. */
  readonly signal?: AbortSignal;
}

export interface Cluster {
  readonly process: ChildProcess;
  /** When the server has ended: why, with the last of its log. */
  readonly ended: Promise<string>;
  /** When it answers, however long the recovery after a crash takes; rejects when it ended instead. */
  readonly ready: Promise<void>;
  /** Connection string for a database and role; the superuser's by default. */
  url(database?: string, role?: string, password?: string): string;
  /**
   * Fast shutdown; after `graceMs` the immediate one, which leaves a recovery to the next start.
   * @default 30_000
   */
  stop(graceMs?: number): Promise<void>;
}

/** Starts PostgreSQL on 127.0.0.1, durable as shipped (fsync and synchronous_commit on), and waits until it answers. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const cluster = await launchCluster(options);
  try {
    await cluster.ready;
  } catch (error) {
    await cluster.stop(0);
    throw error;
  }
  return cluster;
}

/** The same without the wait. What a killed supervisor left running on this cluster is stopped first. */
export async function launchCluster(options: ClusterOptions): Promise<Cluster> {
  const { dataDir, port, password, signal } = options;
  const placement = await placeCluster(dataDir);
  if (existsSync(join(placement.cluster, 'PG_VERSION'))) await stopLeftoverServer(placement.cluster);
  else await initializeCluster(placement, dataDir, password, signal);
  signal?.throwIfAborted();

  const child = spawnServer(placement, port);
  let log = '';
  const onLog = (data: Buffer) => {
    log = (log + data).slice(-2_000);
    options.onLog?.(data.toString());
  };
  child.stdout.on('data', onLog);
  child.stderr.on('data', onLog);
  const ended = whenEnded(child).then((reason) => `${reason}${log && `\n${log.trimEnd()}`}`);
  const url = (database = 'postgres', role = superuser, secret = password) =>
    `postgresql://${role}:${encodeURIComponent(secret)}@127.0.0.1:${port}/${database}`;
  const ready = waitUntilReady(url(), ended, signal);
  ready.catch(() => {});
  return { process: child, ended, ready, url, stop: (graceMs = 30_000) => stopServer(child, ended, graceMs) };
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

function spawnServer({ binaries, owner, cluster }: Placement, port: number) {
  // For a benchmark or an experiment: POSTGRES_SETTINGS="name=value;name=value".
  const more = (process.env.POSTGRES_SETTINGS ?? '').split(';').filter(Boolean);
  const settings = [...serverSettings, ...more].flatMap((setting) => ['-c', setting]);
  return spawn(binaries.postgres, ['-D', cluster, '-p', String(port), ...settings], {
    ...owner,
    cwd: cluster,
    env: serverEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
    // In a group of its own, a terminal's Ctrl-C does not end it before the services that write to it.
    detached: process.platform !== 'win32',
  });
}

/** The server's own sessions outlive its sudden death for moments, and would be in the way of the next one. */
const sessionsEndMs = 2_000;

function whenEnded(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(`it could not be run: ${error.message}`));
    child.once('exit', (code, killedBy) => {
      const reason = `it ended with ${killedBy ?? `exit code ${code}`}`;
      const timer = setTimeout(resolve, sessionsEndMs, reason);
      // All who held its standard error are gone.
      child.once('close', () => {
        clearTimeout(timer);
        resolve(reason);
      });
    });
  });
}

async function stopServer(child: ChildProcess, ended: Promise<string>, graceMs: number): Promise<void> {
  const escalation = [
    ['SIGINT', graceMs],
    ['SIGQUIT', 2_000],
    ['SIGKILL', 1_000],
  ] as const;
  for (const [signal, waitMs] of escalation) {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    child.kill(signal);
    const timer = new AbortController();
    await Promise.race([ended, sleep(waitMs, undefined, { signal: timer.signal }).catch(() => {})]);
    timer.abort();
  }
}

/** How long a server may take to open its port, in milliseconds. A recovery under way is waited for. */
const openDeadlineMs = 60_000;

async function waitUntilReady(url: string, ended: Promise<string>, signal?: AbortSignal): Promise<void> {
  let end: string | undefined;
  ended.then((reason) => {
    end = reason;
  });
  const deadline = Date.now() + openDeadlineMs;
  for (;;) {
    signal?.throwIfAborted();
    if (end !== undefined) throw new Error(`PostgreSQL did not start: ${end}`);
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1_000, ssl: false });
    client.on('error', () => {});
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      await client.end().catch(() => {});
      const recovering = (error as { code?: string }).code === '57P03';
      if (!recovering && Date.now() > deadline) throw error;
      await sleep(30);
    }
  }
}
