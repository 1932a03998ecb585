import type { Socket } from 'node:net';
import type { Connection, Delivery, EventContext, Sender } from 'rhea';
import { answerManagement, type Managed } from './management.ts';
import type { Consumer, Queue } from './queue.ts';
import { accepted, decodeTransfer, encodeStored, lockLost, respond, tagOf } from './wire.ts';

/** What the links reach into. */
export interface Entities {
  queue(address: string): Queue | undefined;
  managed(address: string): Managed | undefined;
  /** What is enqueued within is kept whole or not at all. */
  together(work: () => void): void;
  /** Called for every transfer before it is answered; may cut the connection. */
  received(connection: Connection): void;
}

/** The largest message of the Standard tier, in bytes. */
const maxMessageBytes = 256 * 1024;

/** Where the answers to requests go, by the name that the client gave as `reply_to`. */
const replies = new WeakMap<Connection, Map<string, Sender>>();

const isRequests = (address: string) => address === '$cbs' || address.endsWith('$management');

interface Attached {
  readonly local: { readonly attach: Record<string, unknown> };
}

/** A client's sending link. */
export function openReceiver({ receiver, connection }: EventContext, entities: Entities): void {
  if (!receiver) return;
  const address = addressOf(receiver.target);
  receiver.set_source({ address: addressOf(receiver.source) });
  receiver.set_target({ address });
  (receiver as unknown as Attached).local.attach.max_message_size = maxMessageBytes;
  const managed = entities.managed(address.replace(/\/?\$management$/, ''));
  if (address !== '$cbs' && !managed) {
    receiver.close(notFound(address));
    return;
  }
  receiver.on('message', ({ message, delivery }: EventContext) => {
    if (!message) return;
    const link = replies.get(connection)?.get(String(message.reply_to));
    if (address === '$cbs') respond(link, message, 202);
    else if (isRequests(address)) answerManagement(managed, message, link);
    else {
      const parts = decodeTransfer(message, delivery?.format ?? 0);
      entities.together(() => {
        for (const part of parts) managed?.enqueue(part);
      });
      entities.received(connection);
    }
  });
}

/** A client's receiving link. */
export function openSender({ sender, connection }: EventContext, entities: Entities): void {
  if (!sender) return;
  const address = addressOf(sender.source);
  sender.set_source({ address } as never);
  sender.set_target({ address: addressOf(sender.target) });
  if (isRequests(address)) {
    const names = replies.get(connection) ?? new Map<string, Sender>();
    replies.set(connection, names.set(sender.name, sender).set(addressOf(sender.target), sender));
    return;
  }
  const queue = entities.queue(address);
  if (queue) consume(queue, sender, connection);
  else sender.close(notFound(address));
}

function consume(queue: Queue, sender: Sender, connection: Connection): void {
  const settled = sender.snd_settle_mode === 1;
  const { attach } = (sender as unknown as Attached).local;
  attach.snd_settle_mode = settled ? 1 : 0;
  if (!settled) attach.rcv_settle_mode = 1;
  const tokens = new Map<Delivery, string>();
  const consumer: Consumer = {
    settled,
    hasCredit: () => sender.is_open() && sender.sendable(),
    deliver: (stored, lock) => {
      const tag = tagOf(lock?.token ?? '00000000-0000-0000-0000-000000000000');
      const delivery = sender.send(encodeStored(stored, lock), tag, 0);
      if (lock) tokens.set(delivery, lock.token);
    },
  };
  const settles = (event: string, settle: (token: string, delivery: Delivery) => boolean) => {
    sender.on(event, ({ delivery }: EventContext) => {
      const token = delivery && tokens.get(delivery);
      if (!delivery || token === undefined) return;
      tokens.delete(delivery);
      delivery.update(true, settle(token, delivery) ? accepted() : lockLost());
      // Or rhea settles it a second time.
      (delivery as { remote_settled: boolean }).remote_settled = true;
    });
  };
  settles('accepted', (token) => queue.complete(token));
  settles('released', (token) => queue.abandon(token));
  settles('modified', (token, delivery) => {
    const state = delivery.remote_state as { undeliverable_here?: boolean; message_annotations?: object };
    const properties = state.message_annotations as Record<string, unknown> | undefined;
    return state.undeliverable_here ? queue.defer(token, properties) : queue.abandon(token, properties);
  });
  settles('rejected', (token, delivery) => {
    const { error } = delivery.remote_state as { error?: { info?: Record<string, string> } };
    const { DeadLetterReason: reason, DeadLetterErrorDescription: description, ...rest } = error?.info ?? {};
    return queue.deadLetter(token, { reason, description, properties: rest });
  });
  sender.on('sender_flow', () => queue.pump());
  sender.on('sender_draining', () => {
    queue.pump();
    sender.set_drained(true);
  });
  const leave = () => queue.removeConsumer(consumer);
  sender.on('sender_close', leave);
  sender.on('session_close', leave);
  // rhea tells nothing of a connection that is cut from this side.
  const { socket } = connection as unknown as { readonly socket: Socket };
  // Each receiver of a connection listens; Node's own limit is ten.
  socket.setMaxListeners(0);
  socket.once('close', () => {
    leave();
    queue.cut([...tokens.values()]);
  });
  queue.addConsumer(consumer);
}

const addressOf = (terminus: unknown): string =>
  (terminus as { address?: string } | undefined)?.address ?? '';

const notFound = (address: string) => ({
  condition: 'amqp:not-found',
  description: `The messaging entity '${address}' could not be found.`,
});
