import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import { startCluster } from '../local/postgres/cluster.ts';
import { ensureDatabases } from '../local/postgres/databases.ts';
import { migrateShopDatabase } from '../runtime/adapters/local/shop-database.ts';
import { catalogueRequests, fillCatalogue } from './catalogue/queries.ts';
import { openSink } from './catalogue/sink.ts';

export interface CatalogueOptions {
  /** @default 5 */
  readonly rounds?: number;
  /** Seconds of each measurement. @default 4 */
  readonly seconds?: number;
}

const distinctQueries = 1_200;
const products = 1_000;
const connections = 16;

/**
 * Catalogue GET on the product service's own process, as shipped and with its telemetry exported, against a
 * bare node:http process that answers the same bytes; one after the other in each round.
 */
export async function benchCatalogue({
  rounds = 5,
  seconds = 4,
}: CatalogueOptions = {}): Promise<{ name: string; lines: string[] }> {
  const closing: (() => unknown)[] = [];
  try {
    const databases = await startDatabases(closing);
    await fillCatalogue(databases.product_db, products);
    const sink = await openSink();
    closing.push(sink.close);
    const service = await startService(databases, sink.url, closing);
    const requests = await catalogueRequests(service.url, distinctQueries);
    const bare = await startBare(requests, closing);
    const paths = [...requests.keys()];

    await load(service.url, paths, 2);
    await load(bare.url, paths, 2);
    const measured: { service: Measurement; bare: Measurement }[] = [];
    for (let round = 0; round < rounds; round += 1) {
      measured.push({
        service: await measure(service, paths, seconds),
        bare: await measure(bare, paths, seconds),
      });
    }
    await sink.nextMetrics();
    const hits = sink.gauge('cache.hits');
    const hitRate = hits / (hits + sink.gauge('cache.misses'));

    const of = (pick: (one: (typeof measured)[number]) => number) => median(measured.map(pick));
    const bytes = of((one) => one.bare.bytesPerAnswer);
    return {
      name: 'Catalogue GET on the service itself, against bare node:http with the same bytes',
      lines: [
        `${distinctQueries} distinct queries, ${Math.round(bytes)} bytes each on average, ${connections} connections, ` +
          `${rounds} rounds of ${seconds} s each way, medians`,
        `bare node:http   ${show(of((one) => one.bare.perSecond))} a second, ${of((one) => one.bare.cpuMicros).toFixed(1)} µs CPU each`,
        `product service  ${show(of((one) => one.service.perSecond))} a second, ${of((one) => one.service.cpuMicros).toFixed(1)} µs CPU each; ` +
          `cache hit rate ${(hitRate * 100).toFixed(2)} %, ${sink.traces()} batches of spans exported`,
        `ratio            ${of((one) => one.service.perSecond / one.bare.perSecond).toFixed(2)} of bare (wanted: at least 0.60); ` +
          `by CPU ${of((one) => one.bare.cpuMicros / one.service.cpuMicros).toFixed(2)}`,
      ],
    };
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

interface Server {
  readonly url: string;
  readonly process: ChildProcess;
}

interface Measurement {
  readonly perSecond: number;
  readonly bytesPerAnswer: number;
  /** Of the server; NaN where there is no /proc. */
  readonly cpuMicros: number;
}

async function measure(server: Server, paths: readonly string[], seconds: number): Promise<Measurement> {
  const before = cpuMicros(server.process);
  const result = await load(server.url, paths, seconds);
  const answers = result['2xx'];
  return {
    perSecond: answers / result.duration,
    bytesPerAnswer: result.throughput.total / answers,
    cpuMicros: (cpuMicros(server.process) - before) / answers,
  };
}

async function load(url: string, paths: readonly string[], seconds: number): Promise<autocannon.Result> {
  const result = await autocannon({
    url,
    connections,
    duration: seconds,
    requests: paths.map((path) => ({ method: 'GET', path })),
  });
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(`${url}: ${result.non2xx} answers were no success, ${result.errors} requests failed`);
  }
  return result;
}

/** User and system time of a process so far, in microseconds; Linux counts in hundredths of a second. */
function cpuMicros({ pid }: ChildProcess): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10_000;
  } catch {
    return Number.NaN;
  }
}

type Closing = (() => unknown)[];

async function startDatabases(closing: Closing): Promise<Record<'product_db' | 'shop', string>> {
  const folder = await mkdtemp(join(tmpdir(), 'shop-bench-'));
  closing.push(() => rm(folder, { recursive: true, force: true }));
  await chmod(folder, 0o755);
  const password = randomBytes(16).toString('hex');
  const cluster = await startCluster({ dataDir: join(folder, 'pg'), port: await freePort(), password });
  closing.push(cluster.stop);
  await ensureDatabases(cluster.url(), [
    { database: 'product_db', role: 'product_service', password },
    { database: 'shop', role: 'shop', password },
  ]);
  const shop = cluster.url('shop', 'shop', password);
  await migrateShopDatabase(shop);
  return { product_db: cluster.url('product_db', 'product_service', password), shop };
}

async function startService(
  databases: Record<'product_db' | 'shop', string>,
  telemetryUrl: string,
  closing: Closing,
): Promise<Server> {
  const port = await freePort();
  const child = start('../local/processes/product.ts', closing, {
    PORT: String(port),
    TOKEN_ISSUER: 'http://bench.invalid',
    JWKS_URL: `${telemetryUrl}/.well-known/jwks.json`,
    OTEL_EXPORTER_OTLP_ENDPOINT: telemetryUrl,
    PRODUCT_DATABASE_URL: databases.product_db,
    SHOP_DATABASE_URL: databases.shop,
    LOG_LEVEL: 'warn',
  });
  await message(child);
  return { url: `http://127.0.0.1:${port}`, process: child };
}

async function startBare(requests: ReadonlyMap<string, Response>, closing: Closing): Promise<Server> {
  const child = start('./catalogue/bare-server.ts', closing);
  const answers = [...requests].map(async ([path, answer]) => {
    const headers = ['content-type', 'etag', 'cache-control'].map((name) => [name, answer.headers.get(name)]);
    return [path, Object.fromEntries(headers), await answer.text()];
  });
  child.send(await Promise.all(answers));
  const { port } = (await message(child)) as { port: number };
  return { url: `http://127.0.0.1:${port}`, process: child };
}

function start(script: string, closing: Closing, settings: Record<string, string> = {}): ChildProcess {
  const child = fork(fileURLToPath(new URL(script, import.meta.url)), {
    env: { ...process.env, ...settings },
  });
  closing.push(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  });
  return child;
}

function message(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code) =>
      reject(new Error(`a process of the benchmark ended at its start (${code})`)),
    );
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const show = (perSecond: number) => Math.round(perSecond).toLocaleString('en').padStart(7);

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return Number.isInteger(middle)
    ? ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
    : (sorted[Math.floor(middle)] ?? 0);
}

if (import.meta.main) {
  const { name, lines } = await benchCatalogue();
  console.log([name, ...lines.map((line) => `  ${line}`)].join('\n'));
}
