import type { ShopEvent } from '../../contracts/events/envelope.ts';
import { UnavailableError } from '../../errors.ts';
import type { Schedule } from '../../function-service.ts';
import type { EventPublisher } from '../../ports/event-bus.ts';
import { faultPoint } from '../../telemetry/faults.ts';
import type { Logger } from '../../telemetry/log.ts';

/** An event that was committed, and the partition it lies in. */
export interface OutboxEntry {
  readonly partition: string;
  readonly event: ShopEvent;
}

/** The events of one table that wait to be published. */
export interface OutboxStore {
  /** Up to about `limit` events older than `olderThanMs`, and any that a clock running ahead has dated to come. */
  unpublished(olderThanMs: number, limit: number): Promise<OutboxEntry[]>;
  /** From now on they may be forgotten. Marking one twice is harmless. */
  markPublished(entries: readonly OutboxEntry[]): Promise<void>;
}

export interface OutboxRelay {
  /** Publishes entries and marks them after: each at least once. Answers with those to be tried again. */
  relay(entries: readonly OutboxEntry[]): Promise<OutboxEntry[]>;
  /**
   * Publishes what no wake-up told of, or could not be published then.
   * @throws UnavailableError when some of it cannot be published now either
   */
  sweep(): Promise<void>;
}

/** Events that are published and marked together: what fails with one is tried again with it. */
const groupSize = 10;
const sweepSize = 500;
/** A wake-up has so long before the sweep takes the event for forgotten, in milliseconds. */
const wakeUpMs = 5_000;

export function createOutboxRelay(
  store: OutboxStore,
  publisher: EventPublisher,
  logger: Logger,
): OutboxRelay {
  const relayGroup = async (group: OutboxEntry[]): Promise<OutboxEntry[]> => {
    try {
      faultPoint('outbox.before-publish');
      await publisher.publish(group.map(({ event }) => event));
      faultPoint('outbox.after-publish');
      await store.markPublished(group);
      return [];
    } catch (error) {
      logger.warn({ err: error, events: group.length }, 'outbox not published now; it will be');
      return group;
    }
  };
  const relay = async (entries: readonly OutboxEntry[]): Promise<OutboxEntry[]> => {
    const groups = Array.from({ length: Math.ceil(entries.length / groupSize) }, (_, n) =>
      entries.slice(n * groupSize, (n + 1) * groupSize),
    );
    return (await Promise.all(groups.map(relayGroup))).flat();
  };
  return {
    relay,
    sweep: async () => {
      for (;;) {
        const found = await store.unpublished(wakeUpMs, sweepSize);
        const left = await relay(found);
        if (left.length > 0) throw new UnavailableError(`${left.length} events could not be published`);
        if (found.length < sweepSize) return;
      }
    },
  };
}

/** Sweeps the outboxes of a function, all of them though one may fail. */
export function createOutboxSweep(relays: readonly OutboxRelay[]): Schedule {
  return {
    name: 'outbox-sweep',
    everyMs: 60_000,
    run: async () => {
      const outcomes = await Promise.allSettled(relays.map((relay) => relay.sweep()));
      const failed = outcomes.find((outcome) => outcome.status === 'rejected');
      if (failed) throw failed.reason;
    },
  };
}
