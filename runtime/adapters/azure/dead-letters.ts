import type { ServiceBusClient, ServiceBusReceivedMessage, ServiceBusReceiver } from '@azure/service-bus';
import Long from 'long';
import type { ShopEvent } from '../../contracts/events/envelope.ts';
import type { DeadLetter, DeadLetters } from '../../ports/event-bus.ts';
import { type Lazy, lazy } from './clients.ts';
import { type MessageProperties, retryMessage } from './messages.ts';
import { reachingServiceBus, type Topic } from './topic.ts';

/** Messages locked at a time in search of one. */
const searchSize = 50;
/** How long a search waits for more of them, in milliseconds. */
const searchWaitMs = 1_000;

/** The dead letters of these consumers' subscriptions. A letter is named by its consumer and sequence number. */
export function createDeadLetters(
  client: Lazy<ServiceBusClient>,
  topic: Topic,
  consumers: readonly string[],
): DeadLetters {
  const receivers = new Map(
    consumers.map((consumer) => [
      consumer,
      lazy(async () => (await client()).createReceiver(topic.name, consumer, { subQueueType: 'deadLetter' })),
    ]),
  );
  /** One search at a time: what another holds locked could not be found. */
  let searching: Promise<unknown> = Promise.resolve();
  const take = (id: string, before: (letter: Found) => Promise<void>): Promise<boolean> => {
    const search = async () => {
      const [, consumer = '', number = ''] = /^(.+):(\d+)$/.exec(id) ?? [];
      const receiver = receivers.get(consumer);
      return receiver ? takeFrom(await receiver(), Long.fromString(number), consumer, before) : false;
    };
    const found = searching.then(() => reachingServiceBus(search));
    searching = found.catch(() => {});
    return found;
  };
  return {
    /** The oldest letters of each consumer, newest first. */
    list: async (limit = 100) => {
      const lists = [...receivers].map(([consumer, receiver]) =>
        reachingServiceBus(async () => {
          const messages = await (await receiver()).peekMessages(limit, { fromSequenceNumber: Long.ZERO });
          return messages.map((message) => letterOf(consumer, message));
        }),
      );
      const letters = (await Promise.all(lists)).flat();
      return letters.sort((a, b) => (a.at < b.at ? 1 : -1)).slice(0, limit);
    },
    redrive: (id) =>
      take(id, ({ consumer, body }) => topic.send([retryMessage({ consumer, body, attempts: 0 }, 0)])),
    purge: (id) => take(id, async () => {}),
  };
}

interface Found {
  readonly consumer: string;
  readonly body: unknown;
}

/** Finds a letter, does with it what is to be done, and removes it. Only what is received can be removed. */
async function takeFrom(
  receiver: ServiceBusReceiver,
  number: Long,
  consumer: string,
  before: (letter: Found) => Promise<void>,
): Promise<boolean> {
  const isIt = ({ sequenceNumber }: ServiceBusReceivedMessage) => sequenceNumber?.equals(number);
  const peeked = await receiver.peekMessages(1, { fromSequenceNumber: number });
  if (!peeked.some(isIt)) return false;
  const others: ServiceBusReceivedMessage[] = [];
  try {
    for (;;) {
      const messages = await receiver.receiveMessages(searchSize, { maxWaitTimeInMs: searchWaitMs });
      const found = messages.find(isIt);
      others.push(...messages.filter((message) => message !== found));
      if (found) {
        await before({ consumer, body: found.body });
        await receiver.completeMessage(found);
        return true;
      }
      if (messages.length === 0) return false;
    }
  } finally {
    // One after the other: the client merges the outcomes of neighbours that are settled in one turn.
    for (const message of others) await receiver.abandonMessage(message).catch(() => {});
  }
}

function letterOf(consumer: string, message: ServiceBusReceivedMessage): DeadLetter {
  const properties = (message.applicationProperties ?? {}) as MessageProperties;
  const reason =
    properties.reason ?? message.deadLetterErrorDescription ?? message.deadLetterReason ?? 'unknown';
  return {
    id: `${consumer}:${message.sequenceNumber}`,
    consumer,
    // Not checked: many a dead letter is one because it would not pass.
    event: message.body as ShopEvent,
    attempts: properties.attempts ?? message.deliveryCount ?? 0,
    reason,
    at: (message.enqueuedTimeUtc ?? new Date(0)).toISOString(),
  };
}
