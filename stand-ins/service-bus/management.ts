import rhea, { type Message, type Sender } from 'rhea';
import type { Queue } from './queue.ts';
import { decodeMessage, encodeStored, longBytes, respond, toNumber, uuidBytes, uuidText } from './wire.ts';

const { types } = rhea;

/** Where a request to `<entity>/$management` is carried out. */
export interface Managed {
  /** Absent for a topic: it takes schedules only. */
  readonly queue: Queue | undefined;
  enqueue(message: Message): number;
  cancelScheduled(sequence: number): boolean;
}

type Body = Readonly<Record<string, unknown>>;
type Answer = readonly [status: number, body?: unknown, errorCondition?: string];

const lost: Answer = [410, {}, 'com.microsoft:message-lock-lost'];
const notFound: Answer = [404, {}, 'com.microsoft:message-not-found'];

/** Service Bus's request-response operations, those that the client uses without sessions and rules. */
const operations: Readonly<Record<string, (managed: Managed, body: Body) => Answer>> = {
  'renew-lock': ({ queue }, body) => {
    const ends = list(body['lock-tokens']).map((token) => queue?.renew(uuidText(token as Buffer)));
    return ends.includes(undefined) ? lost : [200, { expirations: array(ends, 0x83) }];
  },
  'schedule-message': ({ enqueue }, body) => {
    const messages = list(body.messages) as { message: Buffer }[];
    const sequences = messages.map(({ message }) => longBytes(enqueue(decodeMessage(message))));
    return [200, { 'sequence-numbers': array(sequences, 0x81) }];
  },
  'cancel-scheduled-message': ({ cancelScheduled }, body) => {
    const found = list(body['sequence-numbers']).map((sequence) => cancelScheduled(toNumber(sequence)));
    return found.every(Boolean) ? [200] : notFound;
  },
  'peek-message': ({ queue }, body) => {
    const found = queue?.peek(toNumber(body['from-sequence-number']), Number(body['message-count'])) ?? [];
    if (found.length === 0) return [204];
    const messages = found.map((stored) =>
      types.wrap_map({ message: types.wrap_binary(encodeStored(stored)) }),
    );
    return [200, { messages }];
  },
  'receive-by-sequence-number': ({ queue }, body) => {
    const locks = list(body['sequence-numbers']).map((sequence) =>
      queue?.receiveDeferred(toNumber(sequence)),
    );
    if (locks.includes(undefined)) return notFound;
    const messages = locks.flatMap((lock) => {
      if (!lock) return [];
      const message = types.wrap_binary(encodeStored(lock.stored, lock));
      return [types.wrap_map({ 'lock-token': types.wrap_uuid(uuidBytes(lock.token)), message })];
    });
    return [200, { messages }];
  },
  'update-disposition': ({ queue }, body) => {
    const settled = list(body['lock-tokens']).map((token) => settle(queue, uuidText(token as Buffer), body));
    return settled.every(Boolean) ? [200] : lost;
  },
};

function settle(queue: Queue | undefined, token: string, body: Body): boolean | undefined {
  const properties = body['properties-to-modify'] as Record<string, unknown> | undefined;
  const status = body['disposition-status'];
  if (status === 'completed') return queue?.complete(token);
  if (status === 'abandoned') return queue?.abandon(token, properties);
  // The protocol's own spelling.
  if (status === 'defered') return queue?.defer(token, properties);
  if (status !== 'suspended') throw new Error(`no disposition is called ${String(status)}`);
  return queue?.deadLetter(token, {
    reason: body['deadletter-reason'] as string | undefined,
    description: body['deadletter-description'] as string | undefined,
    properties,
  });
}

export function answerManagement(managed: Managed | undefined, request: Message, link: Sender | undefined) {
  if (!managed) return respond(link, request, 404, {}, 'amqp:not-found');
  const name = String(request.application_properties?.operation).replace('com.microsoft:', '');
  const operation = operations[name];
  if (!operation) return respond(link, request, 501, {}, 'amqp:not-implemented');
  const [status, body, condition] = operation(managed, (request.body ?? {}) as Body);
  return respond(link, request, status, body, condition);
}

function list(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

const array = (values: readonly unknown[], code: number) => types.wrap_array(values, code, undefined);
