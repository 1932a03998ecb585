/**
 * Catalogue GET through the gateway of a whole shop, as `npm start` runs it, against a bare node:http process
 * that answers the same bytes; one after the other in each round.
 */
import { startLocalShop } from '../tests/e2e/support/shop.ts';
import { catalogueRequests, fillCatalogue } from './catalogue/queries.ts';
import { withClosing } from './support/closing.ts';
import {
  connections,
  load,
  type Measurement,
  measureLoad,
  showRate,
  startBare,
} from './support/http-load.ts';
import { print, type Report } from './support/report.ts';
import { median } from './support/statistics.ts';

export interface GatewayOptions {
  /** @default 5 */
  readonly rounds?: number;
  /** Seconds of each measurement. @default 4 */
  readonly seconds?: number;
}

const distinctQueries = 1_200;
const products = 1_000;

export function benchGateway({ rounds = 5, seconds = 4 }: GatewayOptions = {}): Promise<Report> {
  return withClosing(async (closing) => {
    // One address asks more here than any single shopper may.
    const shop = await startLocalShop({ RATE_LIMIT_PER_MINUTE: '0' });
    closing.push(shop.close);
    await fillCatalogue(shop.info.databases.product, products);
    const requests = await catalogueRequests(shop.url, distinctQueries);
    const bare = await startBare(requests, closing);
    const paths = [...requests.keys()];
    const pids = (await shop.processes())
      .filter(({ name }) => name === 'gateway' || name === 'product')
      .map(({ pid }) => pid);

    await load(shop.url, paths, 2);
    await load(bare.url, paths, 2);
    const measured: { gateway: Measurement; bare: Measurement }[] = [];
    for (let round = 0; round < rounds; round += 1) {
      measured.push({
        gateway: await measureLoad(shop.url, pids, paths, seconds),
        bare: await measureLoad(bare.url, [bare.pid], paths, seconds),
      });
    }
    const of = (pick: (one: (typeof measured)[number]) => number) => median(measured.map(pick));
    return {
      name: 'gateway: catalogue GET through the gateway, against bare node:http with the same bytes',
      lines: [
        `${distinctQueries} distinct queries, ${Math.round(of((one) => one.bare.bytesPerAnswer))} bytes each on average, ` +
          `${connections} connections, ${rounds} rounds of ${seconds} s each way, medians`,
        `bare node:http   ${showRate(of((one) => one.bare.perSecond))} a second, ${of((one) => one.bare.cpuMicros).toFixed(1)} µs CPU each`,
        `gateway          ${showRate(of((one) => one.gateway.perSecond))} a second, ${of((one) => one.gateway.cpuMicros).toFixed(1)} µs CPU each (gateway and product service)`,
        `ratio            ${of((one) => one.gateway.perSecond / one.bare.perSecond).toFixed(2)} of bare (goal: at least 0.12); ` +
          `by CPU ${of((one) => one.bare.cpuMicros / one.gateway.cpuMicros).toFixed(2)}`,
      ],
    };
  });
}

if (import.meta.main) print(await benchGateway());
