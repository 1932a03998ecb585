/**
 * Whole orders a second on each backend: the shop on PostgreSQL, and on stand-ins of a cloud with the functions from
 * their bundles. The stand-ins share the machine with the shop and are no cloud: it says what tests can be asked of
 * them, and what the cloud's SDK and the separate processes cost; nothing of a real cloud's rate.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import { type BackendName, backendNames } from '../local/backends/names.ts';
import { buildUnits } from '../scripts/build/build.ts';
import { findUnits } from '../scripts/build/units.ts';
import { startLocalShop } from '../tests/e2e/support/shop.ts';
import { prepare } from './orders.ts';
import { processorTime } from './support/processor-time.ts';
import { print, type Report } from './support/report.ts';
import { median, round } from './support/statistics.ts';

export interface BackendsOptions {
  readonly rounds?: number;
  /** Of one round, for a shop on stand-ins; the local one places ten times as many. */
  readonly orders?: number;
}

const root = fileURLToPath(new URL('..', import.meta.url));
const connections = 8;
const restSeconds = 180;

interface Figures {
  readonly ordersPerSecond: number;
  readonly cpuPerOrder: number;
}

export async function benchBackends({ rounds = 3, orders = 150 }: BackendsOptions = {}): Promise<Report> {
  const lines: string[] = [];
  let reference: number | undefined;
  for (const backend of backendNames) {
    const figures = await measure(backend, rounds, backend === 'local' ? orders * 10 : orders);
    const rate = median(figures.map(({ ordersPerSecond }) => ordersPerSecond));
    reference ??= rate;
    const cpu = median(figures.map(({ cpuPerOrder }) => cpuPerOrder));
    lines.push(
      `${backend.padEnd(8)}${round(rate)} orders a second, ${round(rate / reference, 3)} of local; ${round(cpu, 1)} ms CPU an order`,
    );
  }
  return { name: 'backends: whole orders a second, placed until at rest', lines };
}

async function measure(backend: BackendName, rounds: number, orders: number): Promise<Figures[]> {
  await build(backend);
  const shop = await startLocalShop({ RATE_LIMIT_PER_MINUTE: '0' }, backend);
  try {
    const requests = await prepare(shop);
    const figures: Figures[] = [];
    let placed = 0;
    for (let turn = 0; turn <= rounds; turn += 1) {
      const pids = Object.fromEntries((await shop.processes()).map(({ name, pid }) => [name, pid]));
      const cpuBefore = total(processorTime(pids));
      const began = performance.now();
      const result = await autocannon({ url: shop.url, connections, amount: orders, requests });
      placed += orders;
      if (result['2xx'] < orders)
        throw new Error(`${orders - result['2xx']} orders were refused on ${backend}`);
      const { facts, findings } = await shop.verify(restSeconds);
      const seconds = (performance.now() - began) / 1000;
      if (findings.length > 0) throw new Error(`${backend}: ${findings[0]?.problem}`);
      const confirmed = facts.orders.filter(({ status }) => status === 'confirmed').length;
      if (confirmed !== placed)
        throw new Error(`${confirmed} of ${placed} orders were confirmed on ${backend}`);
      // The first turn is for warming up.
      if (turn > 0)
        figures.push({
          ordersPerSecond: orders / seconds,
          cpuPerOrder: (total(processorTime(pids)) - cpuBefore) / orders,
        });
    }
    return figures;
  } finally {
    await shop.close();
  }
}

/** A cloud's functions run from their bundles. */
async function build(backend: BackendName): Promise<void> {
  const units = findUnits(root).filter(({ cloud }) => cloud === backend);
  if (units.length > 0) await buildUnits({ root, outDir: join(root, 'dist'), units });
}

const total = (times: Readonly<Record<string, number>>) =>
  Object.values(times).reduce((sum, time) => sum + time, 0);

if (import.meta.main) print(await benchBackends());
