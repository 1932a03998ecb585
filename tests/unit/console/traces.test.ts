// Proves: the trace store's memory is bounded in traces, spans a trace and spans in all, and that odd traces
// (orphans, rings, late roots) are shown. Does not prove that real exporters' messages parse: otlp.test.ts does.
import assert from 'node:assert/strict';
import { traceExport } from '../../../local/console/otlp.ts';
import { createTraceStore, type TraceLimits } from '../../../local/console/traces.ts';

const id = (value: number, bytes: number) => value.toString(16).padStart(bytes * 2, '0');

interface Given {
  readonly trace: number;
  readonly span: number;
  readonly parent?: number;
  readonly at?: number;
}

function batch(...spans: Given[]) {
  return traceExport.parse({
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 's' } }] },
        scopeSpans: [
          {
            spans: spans.map(({ trace, span, parent, at = span }) => ({
              traceId: id(trace, 16),
              spanId: id(span, 8),
              parentSpanId: parent === undefined ? '' : id(parent, 8),
              name: `span ${span}`,
              startTimeUnixNano: String(at * 1_000_000),
              endTimeUnixNano: String((at + 1) * 1_000_000),
            })),
          },
        ],
      },
    ],
  });
}

function store(limits: Partial<TraceLimits> = {}) {
  return createTraceStore({ traces: 3, spansPerTrace: 3, spans: 100, ...limits });
}

const order = (traces: ReturnType<typeof store>, trace: number) =>
  traces.get(id(trace, 16))?.spans.map(({ name, depth }) => `${depth} ${name}`);

describe('the trace store', () => {
  it('forgets the trace that nothing was heard of for longest', () => {
    const traces = store();
    for (const trace of [1, 2, 3]) traces.add(batch({ trace, span: 1 }));
    traces.add(batch({ trace: 1, span: 2 }));
    traces.get(id(2, 16));
    traces.add(batch({ trace: 4, span: 1 }));
    assert.deepEqual(
      traces.list(10).map(({ traceId }) => Number.parseInt(traceId, 16)),
      [4, 1, 3],
    );
    assert.equal(traces.get(id(2, 16)), undefined);
    assert.equal(traces.list(1).length, 1);
  });

  it('keeps so many spans of a trace and counts the others', () => {
    const traces = store();
    traces.add(batch(...[1, 2, 3, 4, 5].map((span) => ({ trace: 1, span }))));
    const found = traces.get(id(1, 16));
    assert.deepEqual([found?.spans.length, found?.spanCount, found?.droppedSpans], [3, 3, 2]);
  });

  it('keeps so many spans in all', () => {
    const traces = store({ spans: 5 });
    for (const trace of [1, 2, 3]) traces.add(batch({ trace, span: 1 }, { trace, span: 2 }));
    assert.deepEqual(
      traces.list(10).map(({ traceId }) => Number.parseInt(traceId, 16)),
      [3, 2],
    );
  });

  it('shows a span once, however often it is sent', () => {
    const traces = store();
    traces.add(batch({ trace: 1, span: 1 }));
    traces.add(batch({ trace: 1, span: 1 }));
    assert.equal(traces.get(id(1, 16))?.spanCount, 1);
  });

  it('orders depth first, siblings by start, whatever came first', () => {
    const traces = store({ spansPerTrace: 10 });
    traces.add(batch({ trace: 1, span: 5, parent: 2, at: 9 }, { trace: 1, span: 3, parent: 1, at: 7 }));
    traces.add(batch({ trace: 1, span: 2, parent: 1, at: 5 }, { trace: 1, span: 1, at: 1 }));
    assert.deepEqual(order(traces, 1), ['0 span 1', '1 span 2', '2 span 5', '1 span 3']);
    const found = traces.get(id(1, 16));
    assert.deepEqual([found?.name, found?.durationMs, found?.spans[1]?.offsetMs], ['span 1', 9, 4]);
  });

  it('shows spans whose parent is not known as roots', () => {
    const traces = store();
    traces.add(batch({ trace: 1, span: 2, parent: 99 }, { trace: 1, span: 3, parent: 2 }));
    assert.deepEqual(order(traces, 1), ['0 span 2', '1 span 3']);
  });

  it('does not fail on spans that are each other’s parents', () => {
    const traces = store();
    traces.add(batch({ trace: 1, span: 1, parent: 2 }, { trace: 1, span: 2, parent: 1 }));
    assert.equal(traces.get(id(1, 16))?.spanCount, 2);
    assert.equal(traces.list(1)[0]?.name, 'span 1');
  });
});
