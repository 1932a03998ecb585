// Proves: what OpenTelemetry's own exporters post arrives in the console as traces and as rate, errors and
// duration; malformed and foreign encodings are refused. Does not prove that services make the right spans.
import assert from 'node:assert/strict';
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { MetricStore } from '../../../local/console/metrics.ts';
import type { Trace, TraceSummary } from '../../../local/console/traces.ts';
import { getJson, startConsole } from './harness.ts';

const exported = (service: string, url: string) =>
  new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': service }),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url: `${url}/v1/traces` }))],
  });

describe('the console receives OTLP', () => {
  let console_: Awaited<ReturnType<typeof startConsole>>;
  before(async () => {
    console_ = await startConsole();
  });
  after(() => console_.close());

  it('spans of two services as one trace, as a tree', async () => {
    const gateway = exported('gateway', console_.url);
    const order = exported('order', console_.url);
    const root = gateway.getTracer('t').startSpan('POST /api/orders', {
      kind: SpanKind.SERVER,
      attributes: {
        'http.route': '/api/orders',
        'http.response.status_code': 201,
        ok: true,
        list: ['a', 'b'],
      },
    });
    const inside = trace.setSpan(context.active(), root);
    const first = order.getTracer('t').startSpan('first', { kind: SpanKind.CONSUMER }, inside);
    const grandchild = order.getTracer('t').startSpan('grandchild', {}, trace.setSpan(inside, first));
    grandchild.recordException(new Error('planted'));
    grandchild.setStatus({ code: SpanStatusCode.ERROR, message: 'it failed' });
    grandchild.end();
    first.end();
    order.getTracer('t').startSpan('second', {}, inside).end();
    root.end();
    await Promise.all([gateway.forceFlush(), order.forceFlush()]);

    const { traceId, spanId } = root.spanContext();
    const found = await getJson<Trace>(`${console_.url}/api/traces/${traceId}`);
    assert.deepEqual(
      found.spans.map(({ name, service, depth, status }) => [name, service, depth, status]),
      [
        ['POST /api/orders', 'gateway', 0, 'unset'],
        ['first', 'order', 1, 'unset'],
        ['grandchild', 'order', 2, 'error'],
        ['second', 'order', 1, 'unset'],
      ],
    );
    const [top, , failed] = found.spans;
    assert.deepEqual([top?.spanId, top?.kind, found.spans[1]?.kind], [spanId, 'server', 'consumer']);
    assert.deepEqual(top?.attributes, {
      'http.route': '/api/orders',
      'http.response.status_code': 201,
      ok: true,
      list: ['a', 'b'],
    });
    assert.equal(failed?.statusMessage, 'it failed');
    assert.equal(failed?.events[0]?.name, 'exception');
    assert.equal(failed?.events[0]?.attributes['exception.message'], 'planted');
    assert.ok(found.durationMs >= 0 && found.durationMs < 60_000);
    assert.ok(Math.abs(Date.parse(found.startedAt) - Date.now()) < 60_000);

    const { items } = await getJson<{ items: TraceSummary[] }>(`${console_.url}/api/traces?limit=1`);
    assert.deepEqual(
      items.map(({ traceId, name, services, spanCount, status }) => ({
        traceId,
        name,
        services,
        spanCount,
        status,
      })),
      [{ traceId, name: 'POST /api/orders', services: ['gateway', 'order'], spanCount: 4, status: 'error' }],
    );
  });

  it('metrics as rate, errors and duration', async () => {
    const meters = new MeterProvider({
      resource: resourceFromAttributes({ 'service.name': 'product' }),
      readers: [
        new PeriodicExportingMetricReader({
          exporter: new OTLPMetricExporter({ url: `${console_.url}/v1/metrics` }),
          exportIntervalMillis: 60_000,
        }),
      ],
    });
    const histogram = meters.getMeter('t').createHistogram('http.server.request.duration', {
      unit: 's',
      advice: { explicitBucketBoundaries: [0.01, 0.1, 1] },
    });
    const labels = { 'http.request.method': 'GET', 'http.route': '/api/products' };
    for (let i = 0; i < 90; i += 1) histogram.record(0.005, { ...labels, 'http.response.status_code': 200 });
    for (let i = 0; i < 10; i += 1) histogram.record(0.5, { ...labels, 'http.response.status_code': 503 });
    meters
      .getMeter('t')
      .createObservableGauge('queue.depth')
      .addCallback((result) => result.observe(7));
    await meters.forceFlush();

    const { red, numbers } = await getJson<ReturnType<MetricStore['read']>>(`${console_.url}/api/metrics`);
    assert.equal(red.length, 1);
    const [row] = red;
    assert.deepEqual(
      [row?.service, row?.operation, row?.total, row?.totalErrors],
      ['product', 'GET /api/products', 100, 10],
    );
    assert.ok((row?.perSecond ?? 0) > 0);
    assert.ok((row?.p50Ms ?? 99) < 10 && (row?.p95Ms ?? 0) > 100 && (row?.p99Ms ?? 0) > (row?.p95Ms ?? 0));
    assert.deepEqual(numbers, [{ service: 'product', name: 'queue.depth', attributes: {}, value: 7 }]);
    await meters.shutdown();
  });

  it('nothing that is no OTLP in JSON', async () => {
    const post = (path: string, type: string, body: string) =>
      fetch(console_.url + path, { method: 'POST', headers: { 'content-type': type }, body });
    for (const path of ['/v1/traces', '/v1/metrics']) {
      assert.equal((await post(path, 'application/x-protobuf', '\n')).status, 415);
      assert.equal((await post(path, 'application/json', '{')).status, 400);
      assert.equal((await post(path, 'application/json', '[]')).status, 400);
      assert.equal((await post(path, 'application/json', '{}')).status, 200);
    }
    const bad = { resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: 'x', spanId: 'y' }] }] }] };
    const answer = await post('/v1/traces', 'application/json', JSON.stringify(bad));
    assert.equal(answer.status, 400);
    assert.match(await answer.text(), /resourceSpans\.0\.scopeSpans\.0\.spans\.0\.traceId/);
  });

  it('and answers 404 and 400 about what it does not have', async () => {
    await getJson(`${console_.url}/api/traces/${'0'.repeat(32)}`, 404);
    await getJson(`${console_.url}/api/traces?limit=0`, 400);
    await getJson(`${console_.url}/api/traces?colour=red`, 400);
  });
});
