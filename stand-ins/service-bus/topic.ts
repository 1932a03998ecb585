import type { Message } from 'rhea';
import type { KeptMessages, MessageFile } from './file.ts';
import type { Predicate } from './filter.ts';
import type { Managed } from './management.ts';
import { type Queue, scheduledFor } from './queue.ts';

export interface Subscription {
  readonly matches: Predicate;
  readonly queue: Queue;
}

/** Gives each message to the subscriptions whose filter it passes; keeps those that are scheduled until their time. */
export class Topic implements Managed {
  readonly queue = undefined;
  readonly subscriptions: Subscription[] = [];
  readonly #scheduled = new Map<number, NodeJS.Timeout>();
  readonly #file: MessageFile | undefined;
  readonly #kept: KeptMessages | undefined;
  #sequence: number;

  constructor(path: string, file?: MessageFile) {
    this.#file = file;
    this.#kept = file?.entity(path);
    this.#sequence = this.#kept?.sequence ?? 0;
    for (const { sequence, message } of this.#kept?.messages() ?? []) this.#schedule(sequence, message);
  }

  /** Those scheduled: all others are with the subscriptions. */
  get size(): number {
    return this.#scheduled.size;
  }

  enqueue = (message: Message): number => {
    this.#sequence += 1;
    const sequence = this.#sequence;
    if (scheduledFor(message) <= Date.now()) this.#fanOut(message);
    else {
      this.#kept?.save({ sequence, message, deliveries: 0, enqueuedAt: Date.now(), state: 'scheduled' });
      this.#schedule(sequence, message);
    }
    return sequence;
  };

  cancelScheduled = (sequence: number): boolean => {
    clearTimeout(this.#scheduled.get(sequence));
    this.#kept?.remove(sequence);
    return this.#scheduled.delete(sequence);
  };

  close(): void {
    for (const timer of this.#scheduled.values()) clearTimeout(timer);
  }

  #schedule(sequence: number, message: Message): void {
    const fire = () => {
      this.#scheduled.delete(sequence);
      this.#fanOut(message);
      this.#kept?.remove(sequence);
    };
    const due = () => (this.#file ? this.#file.together(fire) : fire());
    this.#scheduled.set(sequence, setTimeout(due, scheduledFor(message) - Date.now()));
  }

  #fanOut(message: Message): void {
    for (const { matches, queue } of this.subscriptions) if (matches(message)) queue.enqueue(message);
  }
}
