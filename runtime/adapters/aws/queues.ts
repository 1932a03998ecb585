import {
  ChangeMessageVisibilityCommand,
  GetQueueUrlCommand,
  type MessageAttributeValue,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { reaching } from './errors.ts';

export { deadLetterQueueName, queueName } from './queue-names.ts';

/** Message attributes by name, all of them text. */
export type TextAttributes = Readonly<Record<string, string | undefined>>;

/** The attributes that the shop itself adds to a message on its way, beside what the publisher said. */
export const attemptsAttribute = 'attempts';
export const reasonAttribute = 'reason';

export interface Queues {
  /** The message comes again after so many milliseconds, and not before; SQS counts whole seconds. */
  hide(queue: string, receiptHandle: string, seconds: number): Promise<void>;
  send(queue: string, body: string, attributes: TextAttributes, delaySeconds?: number): Promise<void>;
  urlOf(queue: string): Promise<string>;
}

/** Queues by name. A queue's address is asked for once. @throws UnavailableError */
export function createQueues(client: SQSClient): Queues {
  const urls = new Map<string, Promise<string>>();
  const find = async (name: string) => {
    const { QueueUrl } = await reaching('SQS', () =>
      client.send(new GetQueueUrlCommand({ QueueName: name })),
    );
    if (QueueUrl === undefined) throw new Error(`SQS told no address of queue ${name}`);
    return QueueUrl;
  };
  const urlOf = (name: string): Promise<string> => {
    const known = urls.get(name);
    if (known) return known;
    const url = find(name);
    urls.set(name, url);
    url.catch(() => urls.delete(name));
    return url;
  };
  return {
    urlOf,
    hide: async (queue, ReceiptHandle, VisibilityTimeout) => {
      const input = { QueueUrl: await urlOf(queue), ReceiptHandle, VisibilityTimeout };
      await reaching('SQS', () => client.send(new ChangeMessageVisibilityCommand(input)));
    },
    send: async (queue, body, attributes, DelaySeconds = 0) => {
      const input = {
        QueueUrl: await urlOf(queue),
        MessageBody: body,
        MessageAttributes: toAttributes(attributes),
        DelaySeconds,
      };
      await reaching('SQS', () => client.send(new SendMessageCommand(input)));
    },
  };
}

function toAttributes(attributes: TextAttributes): Record<string, MessageAttributeValue> {
  return Object.fromEntries(
    Object.entries(attributes).flatMap(([name, value]) => {
      const text = value && sendable(value);
      return text ? [[name, { DataType: 'String', StringValue: text }]] : [];
    }),
  );
}

/** SQS takes no control characters and no lone surrogates, which an error's text may hold. */
function sendable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must go
  return text.toWellFormed().replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '\ufffd');
}
