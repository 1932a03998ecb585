import { LRUCache } from 'lru-cache';
import type { z } from 'zod';
import { combine, type Histogram, quantile } from './histogram.ts';
import { type Attributes, type HistogramPoint, type metricExport, serviceOf } from './otlp.ts';

/** Rate, errors and duration of one operation, over the last minute. */
export interface RedRow {
  readonly service: string;
  /** `GET /api/products`, or the name of a consumer. */
  readonly operation: string;
  /** Since the process started. */
  readonly total: number;
  readonly totalErrors: number;
  readonly perSecond: number;
  readonly errorsPerSecond: number;
  /** Estimated from buckets; null when nothing was measured. */
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
}

export interface NumberRow {
  readonly service: string;
  readonly name: string;
  readonly attributes: Attributes;
  readonly value: number;
}

export interface MetricStore {
  add(batch: z.output<typeof metricExport>): void;
  read(): { red: RedRow[]; numbers: NumberRow[] };
}

interface Sample extends Histogram {
  readonly startedAt: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

interface Series {
  readonly service: string;
  readonly operation: string;
  readonly failed: boolean;
  /** Oldest first, all of one run of the process. */
  samples: Sample[];
}

const windowMs = 60_000;
const mostSeries = 5_000;

/** What the last exports said, in memory. */
export function createMetricStore(): MetricStore {
  const series = new LRUCache<string, Series>({ max: mostSeries });
  const numbers = new LRUCache<string, NumberRow>({ max: mostSeries });

  const addHistogram = (resource: string, metric: string, point: HistogramPoint) => {
    const operation = operationOf(metric, point.attributes);
    if (operation === undefined) return;
    const service = point.attributes['service.name'] === undefined ? resource : serviceOf(point.attributes);
    const key = JSON.stringify([resource, metric, Object.entries(point.attributes).sort()]);
    const known = series.get(key) ?? { service, operation, failed: isFailure(point.attributes), samples: [] };
    known.samples = withSample(known.samples, sampleOf(point));
    series.set(key, known);
  };

  return {
    add: ({ resourceMetrics }) => {
      for (const { resource, scopeMetrics } of resourceMetrics) {
        const service = serviceOf(resource.attributes);
        for (const metric of scopeMetrics.flatMap((scope) => scope.metrics)) {
          for (const point of metric.histogram?.dataPoints ?? []) addHistogram(service, metric.name, point);
          for (const point of (metric.gauge ?? metric.sum)?.dataPoints ?? []) {
            const { name } = metric;
            const value = point.asDouble ?? point.asInt;
            const key = JSON.stringify([service, name, Object.entries(point.attributes).sort()]);
            if (value !== undefined) numbers.set(key, { service, name, attributes: point.attributes, value });
          }
        }
      }
    },
    read: () => ({
      red: [...Map.groupBy(series.values(), ({ service, operation }) => `${service} ${operation}`).values()]
        .map(redRow)
        .sort((a, b) => compare(a.service, b.service) || compare(a.operation, b.operation)),
      numbers: [...numbers.values()],
    }),
  };
}

function operationOf(metric: string, attributes: Attributes): string | undefined {
  if (metric === 'http.server.request.duration') {
    return `${attributes['http.request.method']} ${attributes['http.route']}`;
  }
  if (metric === 'messaging.process.duration') return `${attributes['messaging.consumer.group.name']}`;
  return undefined;
}

function isFailure(attributes: Attributes): boolean {
  return Number(attributes['http.response.status_code'] ?? 0) >= 500 || attributes.outcome === 'failed';
}

function sampleOf(point: HistogramPoint): Sample {
  return {
    startedAt: point.startTimeUnixNano / 1e6,
    at: point.timeUnixNano / 1e6,
    bounds: point.explicitBounds,
    counts: point.bucketCounts,
  };
}

/** Counts are cumulative from `startedAt`: a series begins with a sample of nothing at that time. */
function withSample(samples: readonly Sample[], sample: Sample): Sample[] {
  const sameRun =
    samples[0]?.startedAt === sample.startedAt && samples[0].bounds.length === sample.bounds.length;
  const nothing = { ...sample, at: sample.startedAt, counts: sample.counts.map(() => 0) };
  const before = sameRun ? samples : [nothing];
  // One sample at or before the window's beginning is kept, to measure from.
  const firstInside = before.findIndex(({ at }) => at > sample.at - windowMs);
  const kept = firstInside === -1 ? before.slice(-1) : before.slice(Math.max(firstInside - 1, 0));
  return [...kept, sample];
}

function redRow(group: readonly Series[]): RedRow {
  let total = 0;
  let totalErrors = 0;
  let rate = 0;
  let errorRate = 0;
  let durations: Histogram | undefined;
  for (const { samples, failed } of group) {
    const last = samples.at(-1) as Sample;
    const recent = combine(last, samples[0] as Sample, -1);
    const seconds = Math.max((last.at - (samples[0] as Sample).at) / 1_000, 1);
    total += count(last);
    rate += count(recent) / seconds;
    if (failed) {
      totalErrors += count(last);
      errorRate += count(recent) / seconds;
    }
    durations = durations ? combine(durations, recent, 1) : recent;
  }
  const { service, operation } = group[0] as Series;
  const percentile = (q: number) => {
    const seconds = durations && quantile(durations, q);
    return seconds === undefined ? null : round(seconds * 1_000);
  };
  return {
    service,
    operation,
    total,
    totalErrors,
    perSecond: round(rate),
    errorsPerSecond: round(errorRate),
    p50Ms: percentile(0.5),
    p95Ms: percentile(0.95),
    p99Ms: percentile(0.99),
  };
}

function count({ counts }: Histogram): number {
  return counts.reduce((sum, each) => sum + each, 0);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
