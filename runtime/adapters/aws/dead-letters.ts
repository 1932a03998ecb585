import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { ShopEvent } from '../../contracts/events/envelope.ts';
import type { DeadLetter, DeadLetters } from '../../ports/event-bus.ts';
import { reaching } from './errors.ts';
import {
  attemptsAttribute,
  createQueues,
  deadLetterQueueName,
  queueName,
  reasonAttribute,
  type TextAttributes,
} from './queues.ts';

export interface DeadLettersOptions {
  readonly client: SQSClient;
  /** With which the names of all queues begin. */
  readonly prefix: string;
  readonly consumers: readonly string[];
  /** How long an empty queue is listened to, in seconds: SQS asks all its servers only for 1 or more. @default 1 */
  readonly waitSeconds?: number;
}

/** How long a letter that is looked at stays out of others' sight if this process dies meanwhile, in seconds. */
const holdSeconds = 30;

/**
 * The dead-letter queues of consumers. SQS finds no message by its id, so each look takes all letters of a queue out
 * of sight and puts them back at once; who looks at the same time sees the others' letters a moment later, and a
 * process that dies while it looks hides them for `holdSeconds`. None is deleted but by `redrive` and `purge`.
 */
export function createDeadLetters(options: DeadLettersOptions): DeadLetters {
  const { client, prefix, consumers, waitSeconds = 1 } = options;
  const queues = createQueues(client);

  const receive = async (QueueUrl: string): Promise<Message[]> => {
    const command = new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: 10,
      VisibilityTimeout: holdSeconds,
      WaitTimeSeconds: waitSeconds,
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['SentTimestamp', 'ApproximateReceiveCount'],
    });
    const { Messages = [] } = await reaching('SQS', () => client.send(command));
    return Messages;
  };

  /** Shows every letter of a queue to `look` until it has seen enough, and puts back what it does not keep. */
  const each = async (consumer: string, look: (letter: Message, url: string) => Promise<Seen>) => {
    const url = await queues.urlOf(deadLetterQueueName(prefix, consumer));
    const held: Message[] = [];
    try {
      for (;;) {
        const letters = await receive(url);
        held.push(...letters);
        if (letters.length === 0) return;
        for (const letter of letters) {
          const seen = await look(letter, url);
          if (seen === 'gone') held.splice(held.indexOf(letter), 1);
          if (seen !== 'next') return;
        }
      }
    } finally {
      await Promise.all(held.map((letter) => putBack(client, url, letter)));
    }
  };

  /** Finds a letter by its id, and forgets it after `use`. */
  const take = async (id: string, use: (letter: Message, consumer: string) => Promise<void>) => {
    const [consumer = '', messageId] = id.split('/');
    if (!consumers.includes(consumer)) return false;
    let found = false;
    await each(consumer, async (letter, QueueUrl) => {
      if (letter.MessageId !== messageId) return 'next';
      await use(letter, consumer);
      const command = new DeleteMessageCommand({ QueueUrl, ReceiptHandle: letter.ReceiptHandle });
      await reaching('SQS', () => client.send(command));
      found = true;
      return 'gone';
    });
    return found;
  };

  return {
    list: async (limit = 100) => {
      const lists = consumers.map(async (consumer) => {
        const letters: DeadLetter[] = [];
        await each(consumer, async (letter) => {
          letters.push(toLetter(consumer, letter));
          return letters.length < limit ? 'next' : 'enough';
        });
        return letters;
      });
      const all = (await Promise.all(lists)).flat();
      return all.toSorted((one, other) => other.at.localeCompare(one.at)).slice(0, limit);
    },
    // Sent before it is deleted: between the two it may be there twice, and never not at all.
    redrive: (id) =>
      take(id, async ({ Body = '', MessageAttributes }, consumer) => {
        const { [attemptsAttribute]: _, [reasonAttribute]: __, ...attributes } = textsOf(MessageAttributes);
        await queues.send(queueName(prefix, consumer), Body, attributes);
      }),
    purge: (id) => take(id, async () => {}),
  };
}

type Seen = 'next' | 'enough' | 'gone';

/** Fails only when the letter is out of its hold already, or will soon be. */
async function putBack(client: SQSClient, QueueUrl: string, { ReceiptHandle }: Message): Promise<void> {
  const command = new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 });
  await client.send(command).catch(() => {});
}

function toLetter(
  consumer: string,
  { MessageId, Body = '', Attributes, MessageAttributes }: Message,
): DeadLetter {
  const { [attemptsAttribute]: attempts, [reasonAttribute]: reason } = textsOf(MessageAttributes);
  return {
    id: `${consumer}/${MessageId}`,
    consumer,
    event: readBody(Body),
    attempts: Number(attempts ?? Attributes?.ApproximateReceiveCount ?? 0),
    // Nobody gave it up: SQS did, for its function never came to an end.
    reason: reason ?? 'the function that handled it ended without an outcome, time after time',
    at: new Date(Number(Attributes?.SentTimestamp ?? 0)).toISOString(),
  };
}

/** Not checked: many a dead letter is one because it would not pass. */
function readBody(text: string): ShopEvent {
  try {
    return JSON.parse(text) as ShopEvent;
  } catch {
    return text as unknown as ShopEvent;
  }
}

function textsOf(attributes: Message['MessageAttributes'] = {}): TextAttributes {
  return Object.fromEntries(Object.entries(attributes).map(([name, { StringValue }]) => [name, StringValue]));
}
