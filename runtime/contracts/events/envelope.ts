import type { z } from 'zod';
import type { eventSchemas } from './index.ts';

export type EventType = keyof typeof eventSchemas;
export type EventData<Type extends EventType> = z.infer<(typeof eventSchemas)[Type]>;

/** A CloudEvents 1.0 event in JSON, with the shop's two extension attributes. */
export type ShopEvent<Type extends EventType = EventType> = {
  [T in Type]: {
    readonly specversion: '1.0';
    /** A ULID; the same event has the same id wherever it is delivered. */
    readonly id: string;
    /** The service that says it, as a path: `/order`. */
    readonly source: string;
    readonly type: T;
    /** The aggregate's id. */
    readonly subject: string;
    /** RFC 3339, UTC. */
    readonly time: string;
    readonly datacontenttype: 'application/json';
    /** The aggregate's version after the change: a consumer drops what is older than what it knows. */
    readonly aggregateversion: number;
    /** W3C trace context of the work that caused it. */
    readonly traceparent?: string;
    readonly data: EventData<T>;
  };
}[Type];
