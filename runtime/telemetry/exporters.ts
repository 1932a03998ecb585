import type { PushMetricExporter, ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { SpanExporter } from '@opentelemetry/sdk-trace-base';

/**
 * The OTLP exporters, loaded when there is something to send: a function that starts cold has other things to do
 * first.
 */
const timeoutMillis = 2_000;

/** Loads once; what cannot be loaded is an export that failed, as a collector that is away. */
function once<Exporter>(load: () => Promise<Exporter>): () => Promise<Exporter> {
  let loading: Promise<Exporter> | undefined;
  return () => {
    loading ??= load();
    return loading;
  };
}

const failed = 1;

export function lazyTraceExporter(url: string): SpanExporter {
  const open = once(async () => {
    const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');
    return new OTLPTraceExporter({ url, timeoutMillis });
  });
  return {
    export: (spans, done) => {
      open().then(
        (exporter) => exporter.export(spans, done),
        (error: Error) => done({ code: failed, error }),
      );
    },
    forceFlush: async () => (await open()).forceFlush(),
    shutdown: async () => (await open()).shutdown(),
  };
}

export function lazyMetricExporter(url: string): PushMetricExporter {
  const open = once(async () => {
    const { OTLPMetricExporter } = await import('@opentelemetry/exporter-metrics-otlp-http');
    return new OTLPMetricExporter({ url, timeoutMillis });
  });
  return {
    export: (data: ResourceMetrics, done) => {
      open().then(
        (exporter) => exporter.export(data, done),
        (error: Error) => done({ code: failed, error }),
      );
    },
    forceFlush: async () => (await open()).forceFlush(),
    shutdown: async () => (await open()).shutdown(),
  };
}
