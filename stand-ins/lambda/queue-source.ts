import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { Queue } from '../aws/queues.ts';
import { type Polling, poll, stopAll } from './polling.ts';

export type Invoke = (event: unknown) => Promise<unknown>;

export interface QueueSourceOptions {
  readonly sqs: SQSClient;
  readonly queue: Queue;
  readonly invoke: Invoke;
  /** @default 10 */
  readonly batchSize?: number;
  /** Batches at the same time. Lambda begins with as many. @default 5 */
  readonly concurrency?: number;
}

/**
 * A queue as an event source, with ReportBatchItemFailures: what a batch does not name as failed is deleted. The
 * rest is left alone, to be visible again when the queue or the function says, and counted by the queue's redrive.
 */
export function startQueueSource(options: QueueSourceOptions): Polling {
  const { concurrency = 5 } = options;
  const pollings = Array.from({ length: concurrency }, () => poll((signal) => turn(options, signal)));
  return { stop: () => stopAll(pollings) };
}

async function turn(
  { sqs, queue, invoke, batchSize = 10 }: QueueSourceOptions,
  abortSignal: AbortSignal,
): Promise<void> {
  const command = new ReceiveMessageCommand({
    QueueUrl: queue.url,
    MaxNumberOfMessages: batchSize,
    WaitTimeSeconds: 20,
    MessageAttributeNames: ['All'],
    MessageSystemAttributeNames: ['All'],
  });
  const { Messages = [] } = await sqs.send(command, { abortSignal, requestTimeout: 30_000 });
  if (Messages.length === 0) return;
  const event: SQSEvent = { Records: Messages.map((message) => toRecord(message, queue)) };
  const failed = failuresOf(await invoke(event));
  const done = Messages.filter(({ MessageId = '' }) => !failed.has(MessageId));
  if (done.length === 0) return;
  const Entries = done.map(({ MessageId, ReceiptHandle }) => ({ Id: MessageId, ReceiptHandle }));
  await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queue.url, Entries }));
}

function failuresOf(response: unknown): Set<string> {
  const { batchItemFailures } = response as SQSBatchResponse;
  return new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
}

function toRecord(message: Message, { arn }: Queue): SQSRecord {
  const { MessageId = '', ReceiptHandle = '', Body = '', Attributes = {}, MessageAttributes = {} } = message;
  const attributes = Object.entries(MessageAttributes).map(([name, { StringValue, DataType = 'String' }]) => [
    name,
    { stringValue: StringValue, dataType: DataType, stringListValues: [], binaryListValues: [] },
  ]);
  return {
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    attributes: Attributes as unknown as SQSRecord['attributes'],
    messageAttributes: Object.fromEntries(attributes),
    md5OfBody: message.MD5OfBody ?? '',
    eventSource: 'aws:sqs',
    eventSourceARN: arn,
    awsRegion: arn.split(':')[3] ?? '',
  };
}
