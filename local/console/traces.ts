import { LRUCache } from 'lru-cache';
import type { z } from 'zod';
import { type Attributes, type OtlpSpan, serviceOf, type traceExport } from './otlp.ts';

export interface TraceSpan {
  readonly spanId: string;
  readonly parentSpanId?: string;
  /** Steps from the root. */
  readonly depth: number;
  readonly service: string;
  readonly name: string;
  readonly kind: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** Since the trace's first span began. */
  readonly offsetMs: number;
  readonly durationMs: number;
  readonly status: 'unset' | 'ok' | 'error';
  readonly statusMessage?: string;
  readonly attributes: Attributes;
  readonly events: readonly { name: string; at: string; attributes: Attributes }[];
  readonly links: readonly { traceId: string; spanId: string }[];
}

export interface TraceSummary {
  readonly traceId: string;
  /** The earliest span without a known parent. */
  readonly name: string;
  readonly service: string;
  readonly startedAt: string;
  /** From the first beginning to the last end. */
  readonly durationMs: number;
  readonly services: readonly string[];
  readonly spanCount: number;
  /** Spans that came after the trace was full. */
  readonly droppedSpans: number;
  readonly status: 'ok' | 'error';
}

export interface Trace extends TraceSummary {
  /** Depth first, siblings by start: a list that reads as the tree. */
  readonly spans: readonly TraceSpan[];
}

export interface TraceStore {
  add(batch: z.output<typeof traceExport>): void;
  get(traceId: string): Trace | undefined;
  /** The traces that something was last heard of, newest first. */
  list(limit: number): TraceSummary[];
}

export interface TraceLimits {
  readonly traces: number;
  readonly spansPerTrace: number;
  /** Of all traces together. */
  readonly spans: number;
}

export const traceLimits: TraceLimits = { traces: 2_000, spansPerTrace: 1_000, spans: 50_000 };

interface StoredSpan extends OtlpSpan {
  readonly service: string;
}

interface Stored {
  readonly traceId: string;
  readonly spans: Map<string, StoredSpan>;
  readonly dropped: number;
}

/** The last traces, in memory: those that nothing was heard of for longest go first. */
export function createTraceStore(limits: TraceLimits = traceLimits): TraceStore {
  const traces = new LRUCache<string, Stored>({ max: limits.traces, maxSize: limits.spans });
  const add = (service: string, span: OtlpSpan) => {
    const { traceId } = span;
    const { spans, dropped } = traces.peek(traceId) ?? { spans: new Map<string, StoredSpan>(), dropped: 0 };
    const full = spans.size >= limits.spansPerTrace && !spans.has(span.spanId);
    if (!full) spans.set(span.spanId, { ...span, service });
    // A new object: the cache takes note of a size only with a new value.
    traces.set(traceId, { traceId, spans, dropped: dropped + (full ? 1 : 0) }, { size: spans.size });
  };
  return {
    add: ({ resourceSpans }) => {
      for (const { resource, scopeSpans } of resourceSpans) {
        const service = serviceOf(resource.attributes);
        for (const { spans } of scopeSpans) for (const span of spans) add(service, span);
      }
    },
    get: (traceId) => {
      const stored = traces.peek(traceId);
      return stored && { ...summary(stored), spans: tree(stored) };
    },
    list: (limit) => [...traces.values()].slice(0, limit).map(summary),
  };
}

function byStart(a: OtlpSpan, b: OtlpSpan): number {
  return a.startTimeUnixNano - b.startTimeUnixNano;
}

function rootsOf(spans: ReadonlyMap<string, StoredSpan>): StoredSpan[] {
  const roots = [...spans.values()].filter(
    (span) => span.parentSpanId === undefined || !spans.has(span.parentSpanId),
  );
  return roots.sort(byStart);
}

function summary({ traceId, spans, dropped }: Stored): TraceSummary {
  const all = [...spans.values()];
  const first = all.reduce(
    (least, span) => Math.min(least, span.startTimeUnixNano),
    Number.POSITIVE_INFINITY,
  );
  const last = all.reduce((most, span) => Math.max(most, span.endTimeUnixNano), 0);
  // Spans in a ring have no root; the earliest stands for it.
  const root = rootsOf(spans)[0] ?? (all.sort(byStart)[0] as StoredSpan);
  return {
    traceId,
    name: root.name,
    service: root.service,
    startedAt: isoTime(first),
    durationMs: milliseconds(last - first),
    services: [...new Set(all.map((span) => span.service))].sort(),
    spanCount: spans.size,
    droppedSpans: dropped,
    status: all.some((span) => span.status.code === 2) ? 'error' : 'ok',
  };
}

function tree({ spans }: Stored): TraceSpan[] {
  const children = new Map<string, StoredSpan[]>();
  for (const span of spans.values()) {
    if (span.parentSpanId === undefined) continue;
    const siblings = children.get(span.parentSpanId) ?? [];
    siblings.push(span);
    children.set(span.parentSpanId, siblings);
  }
  const roots = rootsOf(spans);
  const begin = roots.reduce(
    (least, span) => Math.min(least, span.startTimeUnixNano),
    Number.POSITIVE_INFINITY,
  );
  const ordered: TraceSpan[] = [];
  const waiting = roots.map((span) => ({ span, depth: 0 })).reverse();
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { span, depth } = next;
    ordered.push(shown(span, depth, begin));
    const below = (children.get(span.spanId) ?? []).sort(byStart).reverse();
    for (const child of below) waiting.push({ span: child, depth: depth + 1 });
  }
  return ordered;
}

const kinds = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'];

function shown(span: StoredSpan, depth: number, begin: number): TraceSpan {
  return {
    spanId: span.spanId,
    parentSpanId: span.parentSpanId,
    depth,
    service: span.service,
    name: span.name,
    kind: kinds[span.kind] ?? 'unspecified',
    startedAt: isoTime(span.startTimeUnixNano),
    offsetMs: milliseconds(span.startTimeUnixNano - begin),
    durationMs: milliseconds(span.endTimeUnixNano - span.startTimeUnixNano),
    status: span.status.code === 2 ? 'error' : span.status.code === 1 ? 'ok' : 'unset',
    statusMessage: span.status.message || undefined,
    attributes: span.attributes,
    events: span.events.map(({ name, timeUnixNano, attributes }) => ({
      name,
      at: isoTime(timeUnixNano),
      attributes,
    })),
    links: span.links,
  };
}

/** To the microsecond: a double holds today's nanoseconds no finer than a quarter of one. */
function milliseconds(nanoseconds: number): number {
  return Math.round(nanoseconds / 1e3) / 1e3;
}

function isoTime(nanoseconds: number): string {
  const ms = Math.min(Math.max(nanoseconds / 1e6, 0), 8.64e15);
  return new Date(ms).toISOString();
}
