import rhea, { type Message, type Sender } from 'rhea';
import type { Lock, StoredMessage } from './queue.ts';

const { message: codec, types } = rhea;

/** The message format of a batch: data sections, each an encoded message. */
const batchFormat = 0x80013700;

const states = { active: 0, deferred: 1, scheduled: 2 };

/** A stored message as it goes out, with the broker's own annotations. */
export function encodeStored(stored: StoredMessage, lock?: Lock): Buffer {
  const { message, sequence, enqueuedAt, deliveries, state } = stored;
  return codec.encode({
    ...message,
    delivery_count: message.delivery_count || deliveries,
    message_annotations: {
      ...message.message_annotations,
      'x-opt-sequence-number': types.wrap_long(sequence),
      'x-opt-enqueue-sequence-number': types.wrap_long(sequence),
      'x-opt-enqueued-time': types.wrap_timestamp(enqueuedAt),
      'x-opt-message-state': types.wrap_int(states[state]),
      ...(lock && { 'x-opt-locked-until': types.wrap_timestamp(lock.until) }),
    },
  });
}

/** The messages of one transfer: rhea decodes but a plain message. */
export function decodeTransfer(transfer: Message | Buffer, format: number): Message[] {
  if (!Buffer.isBuffer(transfer)) return [transfer];
  if (format !== batchFormat) throw new Error(`no message format 0x${format.toString(16)} is known`);
  // One data section is given as its content, several as a list.
  const { content } = decodeMessage(transfer).body as { content: Buffer | Buffer[] };
  return (Array.isArray(content) ? content : [content]).map(decodeMessage);
}

export const decodeMessage = (encoded: Buffer): Message => codec.decode(encoded) as unknown as Message;

/** A lock token is the delivery tag, in the byte order of a .NET GUID. */
export function tagOf(token: string): Buffer {
  const bytes = uuidBytes(token);
  return Buffer.from([3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15].map((at) => bytes[at] ?? 0));
}

export function uuidBytes(uuid: string): Buffer {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex');
}

export function uuidText(value: Buffer | string): string {
  if (typeof value === 'string') return value;
  return value.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

export function toNumber(value: unknown): number {
  return Buffer.isBuffer(value) ? Number(value.readBigInt64BE()) : Number(value);
}

export function longBytes(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(value));
  return bytes;
}

/** The outcomes that end a delivery, as the broker confirms them. */
const outcomes = codec as unknown as {
  accepted(): { described(): unknown };
  rejected(state: { error: { condition: string; description: string } }): { described(): unknown };
};

export const accepted = (): unknown => outcomes.accepted().described();

export const lockLost = (): unknown => {
  const description =
    'The lock supplied is invalid. Either the lock expired, or the message has already been removed from the queue.';
  return outcomes
    .rejected({ error: { condition: 'com.microsoft:message-lock-lost', description } })
    .described();
};

/** Answers a request of `$cbs` or `$management`. */
export function respond(
  link: Sender | undefined,
  request: Message,
  status: number,
  body: unknown = {},
  errorCondition?: string,
): void {
  link?.send({
    to: request.reply_to,
    correlation_id: request.message_id as string,
    application_properties: {
      statusCode: types.wrap_int(status),
      'status-code': types.wrap_int(status),
      statusDescription: errorCondition ?? 'OK',
      ...(errorCondition !== undefined && { errorCondition: types.wrap_symbol(errorCondition) }),
    },
    body,
  });
}
