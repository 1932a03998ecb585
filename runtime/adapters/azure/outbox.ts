import type { Container } from '@azure/cosmos';
import type { OutboxEntry, OutboxStore } from '../shared/relay.ts';
import type { Lazy } from './clients.ts';
import { select } from './documents.ts';
import { type EventItem, eventId, keptSeconds } from './items.ts';
import { failureOf, withRetries } from './retry.ts';

/** Items that are marked at the same time. */
const concurrency = 10;

/** A clock may run ahead of this one by less, in milliseconds; an event dated further ahead is the sweep's at once. */
const aheadMs = 1_000;

/** The events in a table's container that wait to be published. */
export function createOutboxStore(container: Lazy<Container>): OutboxStore {
  return {
    unpublished: async (olderThanMs, limit) => {
      const now = Date.now();
      const items = await select<EventItem>(await container(), {
        where: '(c.unpublishedSince < @old OR c.unpublishedSince > @ahead)',
        order: 'c.unpublishedSince ASC',
        parameters: { old: now - olderThanMs, ahead: now + aheadMs },
        limit,
      });
      return items.map(({ partition, event }) => ({ partition, event }));
    },
    markPublished: async (entries) => {
      const { item } = await container().then((opened) => ({ item: opened.item.bind(opened) }));
      for (let from = 0; from < entries.length; from += concurrency) {
        const some = entries.slice(from, from + concurrency);
        await Promise.all(some.map(({ partition, event }) => mark(item(eventId(event.id), partition))));
      }
    },
  };
}

type Item = ReturnType<Container['item']>;

async function mark(item: Item): Promise<void> {
  try {
    await withRetries(async () => {
      const { statusCode } = await item.patch({
        condition: 'from c where IS_DEFINED(c.unpublishedSince)',
        operations: [
          { op: 'remove', path: '/unpublishedSince' },
          { op: 'set', path: '/ttl', value: keptSeconds },
        ],
      });
      return { result: statusCode };
    });
  } catch (error) {
    // Marked before, or expired since: as it should be.
    if (![404, 412].includes(failureOf(error).status ?? 0)) throw error;
  }
}

/** Those of a change feed's items that are events which wait to be published. */
export function unpublishedIn(items: readonly unknown[]): OutboxEntry[] {
  return items.flatMap((item) => {
    const { partition, event, unpublishedSince } = item as EventItem;
    // Not checked: it was when it was made, and each consumer checks what it gets.
    return event !== undefined && unpublishedSince !== undefined ? [{ partition, event }] : [];
  });
}
