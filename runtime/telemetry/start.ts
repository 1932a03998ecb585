import { context, metrics, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { lazyMetricExporter, lazyTraceExporter } from './exporters.ts';
import { RateLimitedSampler } from './sampler.ts';

export interface TelemetryOptions {
  readonly service: string;
  /** Where OTLP over HTTP goes, without `/v1/traces`. Without it nothing is exported; traces are still carried on. */
  readonly endpoint?: string;
  /** New traces recorded a second in this process. */
  readonly tracesPerSecond: number;
}

export interface Telemetry {
  /** Sends what is waiting: before a function host freezes the process. */
  flush(): Promise<void>;
  shutdown(): Promise<void>;
}

/** Once per process, before anything else makes a span. */
export function startTelemetry({ service, endpoint, tracesPerSecond }: TelemetryOptions): Telemetry {
  const resource = resourceFromAttributes({ 'service.name': service });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const tracing = new BasicTracerProvider({
    resource,
    sampler: new RateLimitedSampler(tracesPerSecond),
    spanProcessors:
      endpoint === undefined
        ? []
        : [
            new BatchSpanProcessor(lazyTraceExporter(`${endpoint}/v1/traces`), {
              maxQueueSize: 8_192,
              scheduledDelayMillis: 500,
            }),
          ],
  });
  trace.setGlobalTracerProvider(tracing);
  const metering = new MeterProvider({
    resource,
    readers:
      endpoint === undefined
        ? []
        : [
            new PeriodicExportingMetricReader({
              exporter: lazyMetricExporter(`${endpoint}/v1/metrics`),
              exportIntervalMillis: 5_000,
              exportTimeoutMillis: 2_500,
            }),
          ],
  });
  metrics.setGlobalMeterProvider(metering);
  return {
    flush: async () => {
      await Promise.allSettled([tracing.forceFlush(), metering.forceFlush()]);
    },
    shutdown: async () => {
      await Promise.allSettled([tracing.shutdown(), metering.shutdown()]);
    },
  };
}
