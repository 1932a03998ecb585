import { z } from 'zod';
import { serviceNames } from '../http/route.ts';
import type { EventType } from './events/envelope.ts';
import { eventSchemas } from './events/index.ts';
import { eventEnvelope, maxEventBytes } from './events/make.ts';
import { jsonSchema } from './json-schema.ts';

/** Who listens to what: `Consumer` has this shape. */
export interface ConsumerSummary {
  readonly name: string;
  readonly types: readonly EventType[];
}

export interface AsyncApiDocument {
  readonly asyncapi: '3.0.0';
  readonly info: object;
  readonly defaultContentType: string;
  readonly channels: Readonly<Record<string, object>>;
  readonly operations: Readonly<Record<string, object>>;
  readonly components: { readonly messages: Readonly<Record<string, object>> };
}

const eventTypes = Object.keys(eventSchemas) as EventType[];

/**
 * Every event of the shop as an AsyncAPI 3.0 document, made from the schemas that check the events: a channel
 * a type, an operation for the service that sends it, and one for each consumer given.
 */
export function createAsyncApiDocument({
  consumers = [],
}: {
  readonly consumers?: readonly ConsumerSummary[];
} = {}): AsyncApiDocument {
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Events of the shop',
      version: '1.0.0',
      description:
        'CloudEvents 1.0 in JSON. Delivered at least once, in no promised order; `subject` is the ' +
        'aggregate’s id and `aggregateversion` its version after the change. The same event has the same `id` ' +
        `wherever it is delivered. An event has at most ${maxEventBytes} bytes.`,
      license: { name: 'Apache-2.0' },
      tags: serviceNames.map((name) => ({ name })),
    },
    defaultContentType: 'application/cloudevents+json',
    channels: byType((type) => ({
      address: type,
      messages: { [type]: { $ref: `#/components/messages/${type}` } },
    })),
    operations: {
      ...Object.fromEntries(eventTypes.map((type) => [`${sender(type)}-sends-${type}`, send(type)])),
      ...Object.fromEntries(consumers.flatMap(receives)),
    },
    components: { messages: byType(message) },
  };
}

function byType(make: (type: EventType) => object): Record<string, object> {
  return Object.fromEntries(eventTypes.map((type) => [type, make(type)]));
}

/** An event's type begins with the service that says it. */
function sender(type: EventType): string {
  return type.slice(0, type.indexOf('.'));
}

function message(type: EventType): object {
  const schema = eventEnvelope.extend({
    type: z.literal(type),
    datacontenttype: z.literal('application/json'),
    data: eventSchemas[type],
  });
  return { name: type, tags: [{ name: sender(type) }], payload: jsonSchema(schema, 'output', 'draft-7') };
}

function channelOf(type: EventType) {
  return {
    channel: { $ref: `#/channels/${type}` },
    messages: [{ $ref: `#/channels/${type}/messages/${type}` }],
  };
}

function send(type: EventType): object {
  return { action: 'send', tags: [{ name: sender(type) }], ...channelOf(type) };
}

function receives({ name, types }: ConsumerSummary): [string, object][] {
  return types.map((type) => [
    `${name}-receives-${type}`,
    { action: 'receive', title: name, ...channelOf(type) },
  ]);
}
