// Proves: rates over the last minute, restarts, errors and percentiles, with real numbers of the export format.
// Does not prove that services measure: the integration tests with the SDK do.
import assert from 'node:assert/strict';
import { combine, quantile } from '../../../local/console/histogram.ts';
import { createMetricStore } from '../../../local/console/metrics.ts';
import { metricExport } from '../../../local/console/otlp.ts';

const bounds = [0.01, 0.1, 1];

function exported(seconds: number, counts: number[], { startedAt = 0, status = 200 } = {}) {
  const attribute = (key: string, value: object) => ({ key, value });
  return metricExport.parse({
    resourceMetrics: [
      {
        resource: { attributes: [attribute('service.name', { stringValue: 'product' })] },
        scopeMetrics: [
          {
            metrics: [
              {
                name: 'http.server.request.duration',
                histogram: {
                  aggregationTemporality: 2,
                  dataPoints: [
                    {
                      attributes: [
                        attribute('http.request.method', { stringValue: 'GET' }),
                        attribute('http.route', { stringValue: '/x' }),
                        attribute('http.response.status_code', { intValue: status }),
                      ],
                      startTimeUnixNano: String(startedAt * 1e9),
                      timeUnixNano: String(seconds * 1e9),
                      count: counts.reduce((sum, count) => sum + count, 0),
                      bucketCounts: counts,
                      explicitBounds: bounds,
                    },
                  ],
                },
              },
            ],
          },
        ],
      },
    ],
  });
}

describe('the metric store', () => {
  it('tells the rate of the last minute, not of all time', () => {
    const store = createMetricStore();
    store.add(exported(10, [1_000, 0, 0, 0]));
    for (let at = 20; at <= 200; at += 10) store.add(exported(at, [1_000 + 20 * (at - 10), 0, 0, 0]));
    const [row] = store.read().red;
    assert.deepEqual([row?.total, row?.perSecond], [4_800, 20]);
  });

  it('begins with what happened since the process started', () => {
    const store = createMetricStore();
    store.add(exported(110, [50, 0, 0, 0], { startedAt: 100 }));
    assert.equal(store.read().red[0]?.perSecond, 5);
  });

  it('begins anew when a process was restarted: no negative rate', () => {
    const store = createMetricStore();
    store.add(exported(10, [1_000, 0, 0, 0]));
    store.add(exported(30, [40, 0, 0, 0], { startedAt: 20 }));
    const [row] = store.read().red;
    assert.deepEqual([row?.total, row?.perSecond], [40, 4]);
  });

  it('joins the statuses of a route and counts 5xx as errors', () => {
    const store = createMetricStore();
    store.add(exported(10, [30, 0, 0, 0]));
    store.add(exported(10, [0, 10, 0, 0], { status: 404 }));
    store.add(exported(10, [0, 0, 5, 5], { status: 500 }));
    const { red } = store.read();
    assert.equal(red.length, 1);
    assert.deepEqual(
      [red[0]?.operation, red[0]?.total, red[0]?.totalErrors, red[0]?.errorsPerSecond],
      ['GET /x', 50, 10, 1],
    );
    assert.ok((red[0]?.p50Ms ?? 0) < 10 && red[0]?.p99Ms === 1_000);
  });
});

describe('a histogram', () => {
  it('estimates quantiles within buckets', () => {
    assert.equal(quantile({ bounds: [10, 20], counts: [0, 100, 0] }, 0.5), 15);
    assert.equal(quantile({ bounds: [10, 20], counts: [50, 50, 0] }, 0.5), 10);
    assert.equal(quantile({ bounds: [10, 20], counts: [0, 0, 3] }, 0.99), 20);
    assert.equal(quantile({ bounds: [10, 20], counts: [0, 0, 0] }, 0.5), undefined);
    assert.equal(quantile({ bounds: [], counts: [4] }, 0.5), 0);
  });

  it('is added and taken away bucket by bucket', () => {
    const one = { bounds: [1], counts: [3, 4] };
    assert.deepEqual(combine(one, { bounds: [1], counts: [1, 2] }, -1).counts, [2, 2]);
    assert.deepEqual(combine(one, one, 1).counts, [6, 8]);
  });
});
