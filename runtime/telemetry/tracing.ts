import {
  type Attributes,
  type Context,
  context,
  type Span,
  type SpanContext,
  type SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';

export { SpanKind } from '@opentelemetry/api';

/** One tracer for all of `runtime/`: spans are made here by hand, in few places, so that bundles keep them. */
function tracer() {
  return trace.getTracer('shop');
}

export interface SpanOptions {
  readonly kind?: SpanKind;
  readonly attributes?: Attributes;
  /** A remote parent as W3C `traceparent`; without it the parent is the work under way. */
  readonly traceparent?: string;
}

/** A span of what is done already, begun at `startedAt` (as `performance.now()` tells it), with nothing below it. */
export function recordSpan(name: string, options: SpanOptions, startedAt: number, outcome: Attributes): void {
  const { kind, attributes } = options;
  const span = tracer().startSpan(name, { kind, attributes, startTime: startedAt }, parentOf(options));
  span.setAttributes(outcome).end();
}

/** Runs `work` inside a span, which ends with it and carries its error. */
export async function withSpan<Result>(
  name: string,
  options: SpanOptions,
  work: (span: Span) => Promise<Result>,
): Promise<Result> {
  const parent = parentOf(options);
  const span = tracer().startSpan(name, { kind: options.kind, attributes: options.attributes }, parent);
  try {
    return await context.with(trace.setSpan(parent, span), work, undefined, span);
  } catch (error) {
    span.recordException(error as Error);
    span.setStatus({ code: SpanStatusCode.ERROR, message: (error as Error).message });
    throw error;
  } finally {
    span.end();
  }
}

function parentOf({ traceparent }: SpanOptions): Context {
  const remote = traceparent === undefined ? null : parseTraceParent(traceparent);
  return remote ? trace.setSpanContext(context.active(), { ...remote, isRemote: true }) : context.active();
}

/** The work under way as W3C `traceparent`, to be carried in a message or a header. */
export function currentTraceparent(): string | undefined {
  const current = trace.getSpanContext(context.active());
  return current && formatTraceparent(current);
}

/** The id of the trace under way, for logs. */
export function currentTraceId(): string | undefined {
  return trace.getSpanContext(context.active())?.traceId;
}

/** The trace that a W3C `traceparent` names; undefined when it is none. */
export function traceIdOf(traceparent: string | undefined): string | undefined {
  return traceparent === undefined ? undefined : parseTraceParent(traceparent)?.traceId;
}

function formatTraceparent(span: SpanContext): string {
  return `00-${span.traceId}-${span.spanId}-0${(span.traceFlags & 1).toString()}`;
}

/** Names the outcome on a span whose error was turned into an answer. */
export function failSpan(span: Span, error: unknown): void {
  span.recordException(error as Error);
  span.setStatus({ code: SpanStatusCode.ERROR });
}
