import { randomUUID } from 'node:crypto';
import type { Message } from 'rhea';
import type { KeptMessages, MessageFile } from './file.ts';

export interface QueueSettings {
  /** How long a peek-lock is held, in milliseconds. @default 30 000 */
  readonly lockMs?: number;
  /** Gives back what a connection held when it is cut, instead of when its locks are over. @default false */
  readonly releaseOnCut?: boolean;
  /** Deliveries after which an unsettled message goes to the dead letters. @default 10 */
  readonly maxDeliveryCount?: number;
  /** An expired message goes to the dead letters instead of being forgotten. @default false */
  readonly deadLetterOnExpiry?: boolean;
}

export interface StoredMessage {
  readonly sequence: number;
  message: Message;
  /** Deliveries that ended without settlement. */
  deliveries: number;
  enqueuedAt: number;
  state: 'active' | 'deferred' | 'scheduled';
}

export interface Lock {
  readonly token: string;
  readonly stored: StoredMessage;
  until: number;
  timer: NodeJS.Timeout;
}

/** A receiving link, as the queue sees it. */
export interface Consumer {
  /** Receive-and-delete: delivered is gone. */
  readonly settled: boolean;
  hasCredit(): boolean;
  deliver(stored: StoredMessage, lock: Lock | undefined): void;
}

export interface DeadLetterInfo {
  readonly reason?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
}

/** A queue or a subscription with its dead-letter sub-queue: what is kept, locked, deferred, and given to whom. */
export class Queue {
  readonly path: string;
  readonly deadLetters: Queue | undefined;
  readonly #settings: Required<QueueSettings>;
  readonly #file: MessageFile | undefined;
  readonly #kept: KeptMessages | undefined;
  #active: StoredMessage[] = [];
  /** Whether one of the active may expire. */
  #expires = false;
  readonly #locks = new Map<string, Lock>();
  readonly #deferred = new Map<number, StoredMessage>();
  readonly #scheduled = new Map<number, { stored: StoredMessage; timer: NodeJS.Timeout }>();
  #consumers: Consumer[] = [];
  #sequence: number;

  /** @param file where its messages are kept; what was locked when they were kept is free @default memory */
  constructor(path: string, settings: QueueSettings = {}, file?: MessageFile, isDeadLetters = false) {
    this.path = path;
    this.#file = file;
    this.#kept = file?.entity(path);
    this.#sequence = this.#kept?.sequence ?? 0;
    const { lockMs = 30_000, maxDeliveryCount = 10 } = settings;
    const { deadLetterOnExpiry = false, releaseOnCut = false } = settings;
    const bound = isDeadLetters ? Number.POSITIVE_INFINITY : maxDeliveryCount;
    this.#settings = { lockMs, maxDeliveryCount: bound, deadLetterOnExpiry, releaseOnCut };
    if (!isDeadLetters) this.deadLetters = new Queue(`${path}/$DeadLetterQueue`, settings, file, true);
    for (const stored of this.#kept?.messages() ?? []) this.#place(stored);
  }

  /** Of all that is there: those locked, deferred and scheduled included. */
  get size(): number {
    return this.#active.length + this.#locks.size + this.#deferred.size + this.#scheduled.size;
  }

  enqueue(message: Message): number {
    this.#sequence += 1;
    const stored: StoredMessage = {
      sequence: this.#sequence,
      // The client's lock renewer throws at a message without an id.
      message: { ...message, message_id: message.message_id ?? randomUUID() },
      deliveries: 0,
      enqueuedAt: Date.now(),
      state: scheduledFor(message) > Date.now() ? 'scheduled' : 'active',
    };
    this.#kept?.save(stored);
    this.#place(stored);
    return stored.sequence;
  }

  cancelScheduled(sequence: number): boolean {
    const found = this.#scheduled.get(sequence);
    clearTimeout(found?.timer);
    this.#kept?.remove(sequence);
    return this.#scheduled.delete(sequence);
  }

  addConsumer(consumer: Consumer): void {
    this.#consumers.push(consumer);
    this.pump();
  }

  removeConsumer(consumer: Consumer): void {
    this.#consumers = this.#consumers.filter((other) => other !== consumer);
  }

  /** Delivers what can be delivered, to the consumers in turn. */
  pump(): void {
    this.#expire();
    for (;;) {
      const next = this.#consumers.find((consumer) => consumer.hasCredit());
      const stored = next && this.#active.shift();
      if (!next || !stored) return;
      this.#consumers = [...this.#consumers.filter((other) => other !== next), next];
      if (next.settled) this.#kept?.remove(stored.sequence);
      next.deliver(stored, next.settled ? undefined : this.#lock(stored));
    }
  }

  /** What is there, locked or not, oldest first. */
  peek(fromSequence: number, count: number): StoredMessage[] {
    this.#expire();
    const all = [
      ...this.#active,
      ...this.#deferred.values(),
      ...[...this.#scheduled.values()].map(({ stored }) => stored),
      ...[...this.#locks.values()].map(({ stored }) => stored),
    ];
    return all
      .filter((stored) => stored.sequence >= fromSequence)
      .sort((a, b) => a.sequence - b.sequence)
      .slice(0, count);
  }

  /** Locks a deferred message; undefined when it is not there. */
  receiveDeferred(sequence: number): Lock | undefined {
    const stored = this.#deferred.get(sequence);
    if (!stored) return undefined;
    this.#deferred.delete(sequence);
    return this.#lock(stored);
  }

  /** The new end of the lock, or undefined when it is lost. */
  renew(token: string): number | undefined {
    const lock = this.#locks.get(token);
    if (!lock) return undefined;
    clearTimeout(lock.timer);
    lock.until = Date.now() + this.#settings.lockMs;
    lock.timer = setTimeout(() => this.abandon(token), this.#settings.lockMs);
    return lock.until;
  }

  /** Each settlement is false when the lock is lost. */
  complete(token: string): boolean {
    const stored = this.#take(token);
    if (stored) this.#kept?.remove(stored.sequence);
    return stored !== undefined;
  }

  abandon(token: string, properties?: Readonly<Record<string, unknown>>): boolean {
    const stored = this.#take(token);
    if (!stored) return false;
    modify(stored, properties);
    stored.deliveries += 1;
    if (stored.deliveries >= this.#settings.maxDeliveryCount) {
      const description = `Message could not be consumed after ${stored.deliveries} delivery attempts.`;
      this.#toDeadLetters(stored, { reason: 'MaxDeliveryCountExceeded', description });
    } else {
      this.#kept?.save(stored);
      this.#place(stored);
    }
    return true;
  }

  defer(token: string, properties?: Readonly<Record<string, unknown>>): boolean {
    const stored = this.#take(token);
    if (!stored) return false;
    modify(stored, properties);
    stored.state = 'deferred';
    this.#kept?.save(stored);
    this.#place(stored);
    return true;
  }

  deadLetter(token: string, info: DeadLetterInfo): boolean {
    const stored = this.#take(token);
    if (!stored) return false;
    this.#toDeadLetters(stored, info);
    return true;
  }

  /** The connection that held these is gone. */
  cut(tokens: Iterable<string>): void {
    if (this.#settings.releaseOnCut) for (const token of tokens) this.abandon(token);
  }

  /** As if the time of every lock were over. */
  loseLocks(): void {
    for (const token of [...this.#locks.keys()]) this.abandon(token);
  }

  close(): void {
    for (const { timer } of this.#locks.values()) clearTimeout(timer);
    for (const { timer } of this.#scheduled.values()) clearTimeout(timer);
    this.deadLetters?.close();
  }

  /** Puts it where its state says. */
  #place(stored: StoredMessage): void {
    if (stored.state === 'deferred') this.#deferred.set(stored.sequence, stored);
    else if (stored.state === 'active') this.#push(stored);
    else {
      const timer = setTimeout(() => {
        this.#scheduled.delete(stored.sequence);
        stored.state = 'active';
        stored.enqueuedAt = Date.now();
        this.#push(stored);
      }, scheduledFor(stored.message) - Date.now());
      this.#scheduled.set(stored.sequence, { stored, timer });
    }
  }

  #push(stored: StoredMessage): void {
    this.#expires ||= stored.message.ttl !== undefined;
    const before = this.#active.findLastIndex((other) => other.sequence < stored.sequence);
    this.#active.splice(before + 1, 0, stored);
    this.pump();
  }

  #lock(stored: StoredMessage): Lock {
    const token = randomUUID();
    const { lockMs } = this.#settings;
    const timer = setTimeout(() => this.abandon(token), lockMs);
    const lock = { token, stored, until: Date.now() + lockMs, timer };
    this.#locks.set(token, lock);
    return lock;
  }

  #take(token: string): StoredMessage | undefined {
    const lock = this.#locks.get(token);
    clearTimeout(lock?.timer);
    this.#locks.delete(token);
    return lock?.stored;
  }

  #toDeadLetters(stored: StoredMessage, { reason, description, properties }: DeadLetterInfo): void {
    modify(stored, {
      ...properties,
      ...(reason !== undefined && { DeadLetterReason: reason }),
      ...(description !== undefined && { DeadLetterErrorDescription: description }),
    });
    const move = () => {
      this.deadLetters?.enqueue({
        ...stored.message,
        delivery_count: stored.deliveries,
        message_annotations: { 'x-opt-deadletter-source': this.path },
      });
      this.#kept?.remove(stored.sequence);
    };
    if (this.#file) this.#file.together(move);
    else move();
  }

  #expire(): void {
    if (!this.deadLetters || !this.#expires) return;
    const expired = this.#active.filter(({ message, enqueuedAt }) => {
      const ttl = message.ttl ?? Number.POSITIVE_INFINITY;
      return enqueuedAt + ttl < Date.now();
    });
    if (expired.length === 0) return;
    this.#active = this.#active.filter((stored) => !expired.includes(stored));
    const description = 'The message expired and was dead lettered.';
    for (const stored of expired) {
      if (!this.#settings.deadLetterOnExpiry) this.#kept?.remove(stored.sequence);
      else this.#toDeadLetters(stored, { reason: 'TTLExpiredException', description });
    }
  }
}

/** When a message is to be enqueued, in milliseconds since 1970. */
export function scheduledFor(message: Message): number {
  const when: unknown = message.message_annotations?.['x-opt-scheduled-enqueue-time'];
  return when === undefined ? 0 : Number(new Date(when as number));
}

function modify(stored: StoredMessage, properties: Readonly<Record<string, unknown>> | undefined): void {
  const { message } = stored;
  stored.message = {
    ...message,
    application_properties: { ...message.application_properties, ...properties },
  };
}
