import {
  type Attributes,
  type Context,
  type Link,
  type SpanKind,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { type Sampler, SamplingDecision, type SamplingResult } from '@opentelemetry/sdk-trace-base';

const recorded: SamplingResult = { decision: SamplingDecision.RECORD_AND_SAMPLED };
const dropped: SamplingResult = { decision: SamplingDecision.NOT_RECORD };

/**
 * Records whole traces, and at most `perSecond` new ones a second in this process, so that under load
 * telemetry costs a bounded share of the machine. A trace begun elsewhere is recorded when its parent was.
 */
export class RateLimitedSampler implements Sampler {
  readonly #perSecond: number;
  #tokens: number;
  #filledAt = Date.now();

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
    this.#tokens = perSecond;
  }

  shouldSample(
    parent: Context,
    _traceId: string,
    _name: string,
    _kind: SpanKind,
    _attributes: Attributes,
    _links: Link[],
  ): SamplingResult {
    const parentSpan = trace.getSpanContext(parent);
    if (parentSpan) return parentSpan.traceFlags & TraceFlags.SAMPLED ? recorded : dropped;
    const now = Date.now();
    this.#tokens = Math.min(
      this.#perSecond,
      this.#tokens + ((now - this.#filledAt) * this.#perSecond) / 1000,
    );
    this.#filledAt = now;
    if (this.#tokens < 1) return dropped;
    this.#tokens -= 1;
    return recorded;
  }

  toString(): string {
    return `RateLimited{${this.#perSecond}/s}`;
  }
}
