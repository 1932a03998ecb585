/**
 * Whole orders a second: placed through the gateway until confirmed, every effect durable, on the shop as
 * `npm start` runs it; against single-row inserts of the same PostgreSQL, in turns. Then how long an order
 * takes from accepted to confirmed at half of that load.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import autocannon from 'autocannon';
import pg from 'pg';
import { Pool } from 'undici';
import { createClient } from '../tests/e2e/support/client.ts';
import { type LocalShop, startLocalShop, waitFor } from '../tests/e2e/support/shop.ts';
import { processorTime } from './support/processor-time.ts';
import { openInsertReference } from './support/reference.ts';
import { print, type Report } from './support/report.ts';
import { median, quantile, round } from './support/statistics.ts';

export interface OrdersOptions {
  readonly rounds?: number;
  readonly seconds?: number;
  readonly connections?: number;
}

interface Round {
  readonly ordersPerSecond: number;
  readonly insertsPerSecond: number;
  readonly commitsPerOrder: number;
  readonly statementsPerOrder: number;
  readonly cpuPerOrder: Record<string, number>;
}

const buyers = 40;
const products = 20;

export async function benchOrders(options: OrdersOptions = {}): Promise<Report> {
  const { rounds = 5, seconds = 6, connections = 48 } = options;
  // Forty buyers share a minute's allowance that no single shopper needs.
  const shop = await startLocalShop({ RATE_LIMIT_PER_MINUTE: '0', POSTGRES_SETTINGS: countStatements });
  try {
    const requests = await prepare(shop);
    const reference = await openInsertReference(shop.info.databases.shop);
    const database = new pg.Client({ connectionString: await superuserUrl(shop) });
    await database.connect();
    database.on('error', () => {});
    await database.query('create extension if not exists pg_stat_statements');
    await runRound(shop, database, requests, { seconds: 3, connections });
    const measured: Round[] = [];
    for (let n = 0; n < rounds; n += 1) {
      const insertsPerSecond = await reference.measure(seconds);
      measured.push({
        ...(await runRound(shop, database, requests, { seconds, connections })),
        insertsPerSecond,
      });
    }
    const ordersPerSecond = median(measured.map((entry) => entry.ordersPerSecond));
    const inserts = median(measured.map((entry) => entry.insertsPerSecond));
    // What the rounds left to clean up and write back is no part of half the load.
    await sleep(quietMs);
    const half = Math.round(ordersPerSecond / 2);
    const syncsBefore = await diskSyncs(database);
    const latency = await confirmationTimes(shop, database, requests, half, seconds);
    const syncs = await diskSyncs(database);
    const syncMs = (syncs.ms - syncsBefore.ms) / (syncs.count - syncsBefore.count);
    await database.end();
    await reference.close();
    const { findings } = await shop.verify();
    const ratios = measured.map((entry) => entry.ordersPerSecond / (entry.insertsPerSecond / 6));
    const cpu = Object.keys(measured[0]?.cpuPerOrder ?? {}).map(
      (name) => `${name} ${round(median(measured.map((entry) => entry.cpuPerOrder[name] ?? 0)), 2)}`,
    );
    return {
      name: 'orders',
      lines: [
        `whole orders a second      ${round(ordersPerSecond)}  (rounds: ${measured.map((entry) => round(entry.ordersPerSecond)).join(', ')})`,
        `inserts a second           ${round(inserts)}  (${reference.how}, 8 clients, single row and commit)`,
        `orders ÷ (inserts ÷ 6)     ${round(median(ratios), 2)}  (goal: at least 0.35)`,
        `accepted → confirmed       p50 ${round(quantile(latency, 0.5))} ms, p99 ${round(quantile(latency, 0.99))} ms at ${half} orders a second (goal: p99 at most 100 ms)`,
        `a sync of the disk then    ${round(syncMs, 2)} ms on average; five of them in turn are on the way of an order`,
        `an order costs             ${round(median(measured.map((entry) => entry.commitsPerOrder)), 2)} commits, ${round(median(measured.map((entry) => entry.statementsPerOrder)), 2)} statements`,
        `CPU milliseconds an order  ${cpu.join(', ')}`,
        `invariants                 ${findings.length === 0 ? 'all hold' : `${findings.length} BROKEN, such as: ${findings[0]?.problem}`}`,
      ],
    };
  } finally {
    await shop.close();
  }
}

const quietMs = 15_000;

const countStatements = 'shared_preload_libraries=pg_stat_statements;track_wal_io_timing=on';

export async function prepare(shop: LocalShop): Promise<autocannon.Request[]> {
  const client = createClient(shop.url);
  const admin = { username: 'bench-admin', password: 'bench-admin-password' };
  const args = ['create', '--username', admin.username, '--email', 'bench@example.com'];
  const made = await shop.command('admin', args, { ADMIN_PASSWORD: admin.password });
  if (made.code !== 0) throw new Error(made.output);
  const token = await client.login(admin.username, admin.password);
  const tokens: string[] = [];
  for (let n = 0; n < buyers; n += 1) tokens.push((await client.buyer()).token);
  const ids = await Promise.all(Array.from({ length: products }, () => client.product(token, 100_000_000)));
  return Array.from({ length: buyers * products }, (_, n) => ({
    method: 'POST' as const,
    path: '/api/orders',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${tokens[n % buyers]}` },
    body: JSON.stringify({ items: [{ productId: ids[n % products], quantity: 1 + (n % 3) }] }),
  }));
}

async function runRound(
  shop: LocalShop,
  database: pg.Client,
  requests: autocannon.Request[],
  { seconds, connections }: { seconds: number; connections: number },
): Promise<Omit<Round, 'insertsPerSecond'>> {
  const pids = await pidsOf(shop);
  const before = {
    cpu: processorTime(pids),
    work: await workOf(database),
    confirmed: await confirmedCount(database),
  };
  const startedAt = Date.now();
  const result = await autocannon({ url: shop.url, connections, duration: seconds, requests });
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(
      `${result.non2xx} orders were refused and ${result.errors} failed:\n${shop.output().slice(-2_000)}`,
    );
  }
  const expected = before.confirmed + result['2xx'];
  // What autocannon cut off at its end may have been accepted too.
  await waitFor(async () => (await confirmedCount(database)) >= expected, 60_000).catch(
    async (error: Error) => {
      const { rows } = await database.query(
        `select body ->> 'status' as status, count(*) from document where service = 'order' and id = 'order' group by 1`,
      );
      throw new Error(
        `not all orders were confirmed: ${JSON.stringify(rows)}\n${shop.output().slice(-3_000)}`,
        { cause: error },
      );
    },
  );
  const elapsed = (Date.now() - startedAt) / 1000;
  await waitFor(async () => (await queued(database)) === 0, 60_000);
  const orders = (await confirmedCount(database)) - before.confirmed;
  const after = { cpu: processorTime(pids), work: await workOf(database) };
  return {
    ordersPerSecond: result['2xx'] / elapsed,
    commitsPerOrder: (after.work.commits - before.work.commits) / orders,
    statementsPerOrder: (after.work.statements - before.work.statements) / orders,
    cpuPerOrder: Object.fromEntries(
      Object.entries(after.cpu).map(([name, used]) => [name, (used - (before.cpu[name] ?? 0)) / orders]),
    ),
  };
}

async function confirmationTimes(
  shop: LocalShop,
  database: pg.Client,
  requests: autocannon.Request[],
  rate: number,
  seconds: number,
): Promise<number[]> {
  const since = new Date().toISOString();
  await placeEvenly(shop.url, requests, rate, seconds);
  await waitFor(async () => (await queued(database)) === 0, 60_000);
  const { rows } = await database.query<{ ms: number }>(
    `select extract(epoch from (body #>> '{timeline,-1,at}')::timestamptz - (body #>> '{timeline,0,at}')::timestamptz)
              * 1000 as ms
     from document where service = 'order' and id = 'order' and body #>> '{timeline,0,at}' > $1
       and body ->> 'status' = 'confirmed'`,
    [since],
  );
  return rows.map((row) => Number(row.ms));
}

/**
 * One request every 1/rate seconds, whatever became of those before: an open loop, without bursts. By a pool
 * of connections rather than `fetch`, so that what asks takes little of the machine that answers.
 */
async function placeEvenly(
  url: string,
  requests: autocannon.Request[],
  rate: number,
  seconds: number,
): Promise<void> {
  const pool = new Pool(url, { connections: 64 });
  const startedAt = performance.now();
  const pending: Promise<unknown>[] = [];
  for (let n = 0; n < rate * seconds; n += 1) {
    const wait = startedAt + (n * 1000) / rate - performance.now();
    if (wait > 0) await sleep(wait);
    const { path = '/', headers, body } = requests[n % requests.length] ?? {};
    const request = { method: 'POST' as const, path, headers: headers as Record<string, string>, body };
    pending.push(pool.request(request).then((answer) => answer.body.dump()));
  }
  await Promise.all(pending);
  await pool.close();
}

/** Only the superuser may count statements. */
async function superuserUrl(shop: LocalShop): Promise<string> {
  const secrets = JSON.parse(await readFile(join(shop.dataDir, 'secrets.json'), 'utf8')) as {
    superuser: string;
  };
  const url = new URL(shop.info.databases.shop);
  url.username = 'postgres';
  url.password = secrets.superuser;
  return url.href;
}

async function pidsOf(shop: LocalShop): Promise<Record<string, number>> {
  const processes = await shop.processes();
  return Object.fromEntries(processes.map(({ name, pid }) => [name, pid]));
}

async function confirmedCount(database: pg.Client): Promise<number> {
  const { rows } = await database.query(`select count(*) from event where type = 'order.confirmed'`);
  return Number(rows[0]?.count);
}

async function queued(database: pg.Client): Promise<number> {
  const { rows } = await database.query('select count(*) from queue');
  return Number(rows[0]?.count);
}

/** How often PostgreSQL waited for the disk to have its log, and how long in all. */
async function diskSyncs(database: pg.Client): Promise<{ count: number; ms: number }> {
  const { rows } = await database.query<{ count: number; ms: number }>(
    `select sum(fsyncs)::float as count, sum(fsync_time)::float as ms from pg_stat_io where object = 'wal'`,
  );
  return rows[0] ?? { count: 0, ms: 0 };
}

async function workOf(database: pg.Client) {
  const { rows } = await database.query('select sum(xact_commit) as commits from pg_stat_database');
  const calls = await database
    .query('select sum(calls) as calls from pg_stat_statements')
    .catch(() => undefined);
  return { commits: Number(rows[0]?.commits), statements: Number(calls?.rows[0]?.calls ?? Number.NaN) };
}

if (import.meta.main) print(await benchOrders());
