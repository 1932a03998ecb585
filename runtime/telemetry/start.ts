import { context, metrics, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
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
            new BatchSpanProcessor(
              new OTLPTraceExporter({ url: `${endpoint}/v1/traces`, timeoutMillis: 2_000 }),
              {
                maxQueueSize: 8_192,
                scheduledDelayMillis: 500,
              },
            ),
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
              exporter: new OTLPMetricExporter({ url: `${endpoint}/v1/metrics`, timeoutMillis: 2_000 }),
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
