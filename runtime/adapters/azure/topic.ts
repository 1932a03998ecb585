import type { ServiceBusClient, ServiceBusMessage, ServiceBusSender } from '@azure/service-bus';
import { OversizeEventError, UnavailableError } from '../../errors.ts';
import { type Lazy, lazy } from './clients.ts';

/** The topic that all events go through. */
export interface Topic {
  readonly name: string;
  /** @throws UnavailableError, OversizeEventError */
  send(messages: readonly ServiceBusMessage[]): Promise<void>;
  /** Closes its link, for tests. */
  close(): Promise<void>;
}

export function openTopic(client: Lazy<ServiceBusClient>, name: string): Topic {
  const sender = lazy(async () => (await client()).createSender(name));
  return {
    name,
    send: async (messages) => {
      if (messages.length === 0) return;
      await reachingServiceBus(async () => sendAll(await sender(), messages));
    },
    close: async () => (await sender()).close(),
  };
}

/** In as few transfers as the limit of a message's size allows. */
async function sendAll(sender: ServiceBusSender, messages: readonly ServiceBusMessage[]): Promise<void> {
  let batch = await sender.createMessageBatch();
  for (const message of messages) {
    if (batch.tryAddMessage(message)) continue;
    if (batch.count > 0) {
      await sender.sendMessages(batch);
      batch = await sender.createMessageBatch();
      if (batch.tryAddMessage(message)) continue;
    }
    throw new OversizeEventError(`message ${message.messageId} is larger than ${batch.maxSizeInBytes} bytes`);
  }
  await sender.sendMessages(batch);
}

/** Turns every error of the client into one of the ports'. @throws UnavailableError */
export async function reachingServiceBus<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof OversizeEventError || error instanceof TypeError) throw error;
    throw new UnavailableError('Service Bus does not answer', { cause: error });
  }
}
