import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteMessageBatchCommand, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { ShopEvent } from '../../../runtime/contracts/events/envelope.ts';
import type { Database } from '../../../runtime/sql/pool.ts';
import type { Logger } from '../../../runtime/telemetry/log.ts';
import { insertEvents } from '../event-log.ts';

/** Moves what a queue hears into the table of events, where an event is kept once however often it comes. */
export function keepEvents(
  sqs: SQSClient,
  queueUrl: () => Promise<string>,
  database: Database,
  logger: Logger,
): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const run = async () => {
    while (!stopping.signal.aborted) {
      await turn(sqs, await queueUrl(), database, stopping.signal).catch(async (error: unknown) => {
        if (stopping.signal.aborted) return;
        logger.warn({ err: error }, 'published events not kept now; they will be');
        await sleep(500);
      });
    }
  };
  const lanes = Promise.all(Array.from({ length: 4 }, run));
  return {
    stop: async () => {
      stopping.abort();
      await lanes;
    },
  };
}

async function turn(sqs: SQSClient, QueueUrl: string, database: Database, abortSignal: AbortSignal) {
  const receive = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 20 });
  const { Messages = [] } = await sqs.send(receive, { abortSignal, requestTimeout: 30_000 });
  if (Messages.length === 0) return;
  const events = Messages.map(({ Body = '' }) => JSON.parse(Body) as ShopEvent);
  await insertEvents(database, events);
  const Entries = Messages.map(({ MessageId, ReceiptHandle }) => ({ Id: MessageId, ReceiptHandle }));
  await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
}
