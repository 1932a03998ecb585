import { type Attributes, metrics, type ObservableCallback } from '@opentelemetry/api';

/** RED for every service: rate and errors by `status`, duration by its histogram. */
const meter = () => metrics.getMeter('shop');

/** Seconds. The SDK's own bounds are meant for milliseconds: every answer would fall into its first bucket. */
const advice = {
  explicitBucketBoundaries: [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 10, 30,
  ],
};

type Recorder = (durationMs: number, attributes: Attributes) => void;

function lazyHistogram(name: string, description: string): Recorder {
  let record: Recorder | undefined;
  return (durationMs, attributes) => {
    if (!record) {
      // Made at first use, for the meter provider is set up after modules are loaded.
      const histogram = meter().createHistogram(name, { description, unit: 's', advice });
      record = (ms, labels) => histogram.record(ms / 1000, labels);
    }
    record(durationMs, attributes);
  };
}

export const recordHttpRequest = lazyHistogram('http.server.request.duration', 'HTTP requests answered');
export const recordMessage = lazyHistogram('messaging.process.duration', 'Messages handled');

/** Reports a number whenever metrics are exported. */
export function observe(name: string, description: string, callback: ObservableCallback): void {
  meter().createObservableGauge(name, { description }).addCallback(callback);
}
