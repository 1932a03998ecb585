import type { ServiceBusMessage } from '@azure/service-bus';
import type { ShopEvent } from '../../contracts/events/envelope.ts';
import { serializeEvent } from '../../contracts/events/make.ts';

/**
 * What goes beside an event on the topic. An event has its `type`, which the filters of all consumers look at. A
 * copy that is meant for one consumer only (to be tried again, or given up) has no type but that `consumer`'s name.
 */
export interface MessageProperties {
  readonly type?: string;
  readonly consumer?: string;
  /** Deliveries that failed before. */
  readonly attempts?: number;
  /** The copy is to be given up, for this reason. */
  readonly reason?: string;
  readonly traceparent?: string;
}

/** @throws OversizeEventError */
export function eventMessage(event: ShopEvent): ServiceBusMessage {
  const { id, type, traceparent } = event;
  return {
    body: Buffer.from(serializeEvent(event)),
    contentType: 'application/json',
    messageId: id,
    applicationProperties: { type, ...(traceparent !== undefined && { traceparent }) },
  };
}

/** What a copy is made from: the body as it came, checked or not. */
export interface Copied {
  readonly body: unknown;
  readonly consumer: string;
  readonly attempts: number;
}

/** To be tried again after a delay, or at once. */
export function retryMessage(copied: Copied, delayMs: number): ServiceBusMessage {
  const scheduledEnqueueTimeUtc = delayMs > 0 ? new Date(Date.now() + delayMs) : undefined;
  return { ...copyOf(copied), ...(scheduledEnqueueTimeUtc && { scheduledEnqueueTimeUtc }) };
}

/**
 * To be given up. Service Bus lets nobody write to a dead-letter queue; so the copy expires as it arrives, which
 * moves it there. Its consumer, should it get it after all, refuses it until the bound of deliveries does the same.
 */
export function givenUpMessage(copied: Copied, reason: string): ServiceBusMessage {
  const copy = copyOf(copied);
  return {
    ...copy,
    applicationProperties: { ...copy.applicationProperties, reason },
    timeToLive: 1,
  };
}

function copyOf({ body, consumer, attempts }: Copied): ServiceBusMessage {
  const { id, traceparent } = (body ?? {}) as { id?: unknown; traceparent?: unknown };
  return {
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    contentType: 'application/json',
    ...(typeof id === 'string' && { messageId: id }),
    applicationProperties: {
      consumer,
      attempts,
      ...(typeof traceparent === 'string' && { traceparent }),
    },
  };
}
