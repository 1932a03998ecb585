/**
 * Catalogue GET on the product service's own process, as shipped and with its telemetry exported, against a
 * bare node:http process that answers the same bytes; one after the other in each round.
 */
import { migrateShopDatabase } from '../runtime/adapters/local/shop-database.ts';
import { catalogueRequests, fillCatalogue } from './catalogue/queries.ts';
import { openSink } from './catalogue/sink.ts';
import { startShopProcess } from './support/child.ts';
import { withClosing } from './support/closing.ts';
import {
  connections,
  load,
  type Measurement,
  measureLoad,
  showRate,
  startBare,
} from './support/http-load.ts';
import { startPostgres } from './support/postgres.ts';
import { print, type Report } from './support/report.ts';
import { median } from './support/statistics.ts';

export interface CatalogueOptions {
  /** @default 5 */
  readonly rounds?: number;
  /** Seconds of each measurement. @default 4 */
  readonly seconds?: number;
}

const distinctQueries = 1_200;
const products = 1_000;

export function benchCatalogue({ rounds = 5, seconds = 4 }: CatalogueOptions = {}): Promise<Report> {
  return withClosing(async (closing) => {
    const postgres = await startPostgres(closing);
    const shop = await postgres.database('shop');
    await migrateShopDatabase(shop);
    const catalogue = await postgres.database('product_db', 'product_service');
    await fillCatalogue(catalogue, products);
    const sink = await openSink();
    closing.push(sink.close);
    const service = await startShopProcess('product', closing, {
      TOKEN_ISSUER: 'http://bench.invalid',
      JWKS_URL: `${sink.url}/.well-known/jwks.json`,
      OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
      PRODUCT_DATABASE_URL: catalogue,
      SHOP_DATABASE_URL: shop,
    });
    const requests = await catalogueRequests(service.url, distinctQueries);
    const bare = await startBare(requests, closing);
    const paths = [...requests.keys()];

    await load(service.url, paths, 2);
    await load(bare.url, paths, 2);
    const measured: { service: Measurement; bare: Measurement }[] = [];
    for (let round = 0; round < rounds; round += 1) {
      measured.push({
        service: await measureLoad(service.url, [service.pid], paths, seconds),
        bare: await measureLoad(bare.url, [bare.pid], paths, seconds),
      });
    }
    await sink.nextMetrics();
    const hits = sink.gauge('cache.hits');
    const hitRate = hits / (hits + sink.gauge('cache.misses'));

    const of = (pick: (one: (typeof measured)[number]) => number) => median(measured.map(pick));
    const bytes = of((one) => one.bare.bytesPerAnswer);
    return {
      name: 'catalogue: GET on the product service itself, against bare node:http with the same bytes',
      lines: [
        `${distinctQueries} distinct queries, ${Math.round(bytes)} bytes each on average, ${connections} connections, ` +
          `${rounds} rounds of ${seconds} s each way, medians`,
        `bare node:http   ${showRate(of((one) => one.bare.perSecond))} a second, ${of((one) => one.bare.cpuMicros).toFixed(1)} µs CPU each`,
        `product service  ${showRate(of((one) => one.service.perSecond))} a second, ${of((one) => one.service.cpuMicros).toFixed(1)} µs CPU each; ` +
          `cache hit rate ${(hitRate * 100).toFixed(2)} %, ${sink.traces()} batches of spans exported`,
        `ratio            ${of((one) => one.service.perSecond / one.bare.perSecond).toFixed(2)} of bare (goal: at least 0.60); ` +
          `by CPU ${of((one) => one.bare.cpuMicros / one.service.cpuMicros).toFixed(2)}`,
      ],
    };
  });
}

if (import.meta.main) print(await benchCatalogue());
