import { z } from 'zod';
import { OversizeEventError } from '../../errors.ts';
import { newId } from '../../ids.ts';
import { currentTraceparent } from '../../telemetry/tracing.ts';
import type { EventData, EventType, ShopEvent } from './envelope.ts';
import { eventSchemas } from './index.ts';

/**
 * The largest event, in bytes: the smallest limit of the buses the shop runs on (SQS and SNS, Service Bus Standard)
 * less what goes beside an event and counts too: its type and trace, and why it was given up.
 */
export const maxEventBytes = 256 * 1024 - 4 * 1024;

/**
 * Makes an event of the aggregate `subject` at `version`, with the trace context of the work under way.
 * @throws ZodError when the data does not follow the type's schema: a fault of the caller.
 */
export function makeEvent<Type extends EventType>(
  type: Type,
  subject: string,
  version: number,
  data: EventData<Type>,
): ShopEvent<Type> {
  const now = Date.now();
  return {
    specversion: '1.0',
    id: newId(now),
    source: `/${type.slice(0, type.indexOf('.'))}`,
    type,
    subject,
    time: new Date(now).toISOString(),
    datacontenttype: 'application/json',
    aggregateversion: version,
    traceparent: currentTraceparent(),
    data: eventSchemas[type].parse(data),
  } as unknown as ShopEvent<Type>;
}

/** What every event has in common; the AsyncAPI document is made from it too. */
export const eventEnvelope = z.looseObject({
  specversion: z.literal('1.0'),
  id: z.string().min(1),
  source: z.string().min(1),
  type: z.enum(Object.keys(eventSchemas) as [EventType, ...EventType[]]),
  subject: z.string().min(1),
  time: z.iso.datetime(),
  aggregateversion: z.int().min(0),
  traceparent: z.string().optional(),
  data: z.unknown(),
});

/** Checks what came off a bus. @throws ZodError, which no retry mends. */
export function parseEvent(value: unknown): ShopEvent {
  const event = eventEnvelope.parse(value);
  return { ...event, data: eventSchemas[event.type].parse(event.data) } as unknown as ShopEvent;
}

/** The event as it goes over the wire. @throws OversizeEventError */
export function serializeEvent(event: ShopEvent): string {
  // SQS takes no U+FFFE and U+FFFF, which JSON does and a customer may type; escaped they are the same text.
  const text = JSON.stringify(event).replace(/[\ufffe\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16)}`);
  // A UTF-16 unit is at most 3 bytes, so that most events need no second pass.
  if (text.length * 3 > maxEventBytes && Buffer.byteLength(text) > maxEventBytes) {
    throw new OversizeEventError(
      `event ${event.id} (${event.type}) is ${Buffer.byteLength(text)} bytes; a bus takes at most ${maxEventBytes}`,
    );
  }
  return text;
}
