import { performance } from 'node:perf_hooks';
import { parseEvent } from '../contracts/events/make.ts';
import type { DocumentReader, Unit } from '../ports/documents.ts';
import type { Consumer } from '../ports/event-bus.ts';
import { recordMessage } from '../telemetry/metrics.ts';
import { SpanKind, withSpan } from '../telemetry/tracing.ts';

/** A message as a bus hands it over. */
export interface IncomingMessage {
  /** Deliveries that failed before this one. */
  readonly attempts: number;
  /** The event, unchecked. */
  readonly body: unknown;
}

export type HandleMessage = (
  message: IncomingMessage,
  documents: DocumentReader,
) => Promise<Unit | undefined>;

/** Checks a message and gives it to its consumer, within a span that continues the trace of its cause. */
export function createMessageHandler(consumer: Consumer): HandleMessage {
  const labels = { 'messaging.consumer.group.name': consumer.name };
  const handle: HandleMessage = async (message, documents) => {
    const event = parseEvent(message.body);
    // A bus's filter may take its time to hold: until then there are messages that are for others.
    if (!consumer.types.includes(event.type)) return undefined;
    const options = { kind: SpanKind.CONSUMER, traceparent: event.traceparent, attributes: labels };
    return withSpan(`${consumer.name} ${event.type}`, options, async (span) => {
      span.setAttributes({ 'messaging.message.id': event.id, 'shop.subject': event.subject });
      return consumer.handle(event, { documents, attempt: message.attempts + 1 });
    });
  };
  return async (message, documents) => {
    const startedAt = performance.now();
    let outcome = 'failed';
    try {
      const unit = await handle(message, documents);
      outcome = 'handled';
      return unit;
    } finally {
      recordMessage(performance.now() - startedAt, { ...labels, outcome });
    }
  };
}
