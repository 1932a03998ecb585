import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessErrorArgs, ServiceBusClient, ServiceBusReceivedMessage } from '@azure/service-bus';
import type { RegisteredFunction } from './core.ts';
import type { Trigger } from './trigger.ts';

/** Milliseconds that the answer to a settlement may take. */
const settlementMs = 1_000;

/** As host.json's default. */
const maxConcurrentCalls = 16;

/**
 * A Service Bus trigger: peek-lock, completed when the call returns, abandoned when it throws. Settlements go out
 * one after the other, each after the answer to the one before: the client merges the outcomes of neighbours that are
 * settled in one turn, and would complete what was to be abandoned.
 */
export function startServiceBusTrigger(
  handler: RegisteredFunction,
  client: ServiceBusClient,
  report: (error: unknown) => void,
): Trigger {
  const { topicName, subscriptionName } = handler.trigger as unknown as Record<string, string>;
  const receiver = client.createReceiver(topicName ?? '', subscriptionName ?? '');
  let settling: Promise<void> = Promise.resolve();
  const settle = (settlement: () => Promise<void>) => {
    // A lock that was lost gives the message again; there is nothing to do about it here.
    settling = settling.then(() => withinTime(settlement())).catch(report);
    return settling;
  };
  const processMessage = async (message: ServiceBusReceivedMessage) => {
    try {
      await handler.invoke({ json: JSON.stringify(message.body) }, metadataOf(message));
    } catch {
      await settle(() => receiver.abandonMessage(message));
      return;
    }
    await settle(() => receiver.completeMessage(message));
  };
  const subscription = receiver.subscribe(
    { processMessage, processError: async ({ error }: ProcessErrorArgs) => report(error) },
    { autoCompleteMessages: false, maxConcurrentCalls },
  );
  return {
    stop: async () => {
      await subscription.close();
      await settling;
      await receiver.close();
    },
  };
}

/** When a link is cut in the middle of a settlement, the client may wait for its answer for ever: and all after it. */
async function withinTime(settlement: Promise<void>): Promise<void> {
  const over = new AbortController();
  const late = sleep(settlementMs, undefined, { signal: over.signal, ref: false }).then(() => {
    throw new Error(`a settlement had no answer within ${settlementMs / 1_000} s`);
  });
  try {
    await Promise.race([settlement, late]);
  } finally {
    over.abort();
    late.catch(() => {});
  }
}

/** Of what the extension tells beside a message, what could matter here. */
function metadataOf(message: ServiceBusReceivedMessage) {
  return {
    MessageId: { string: String(message.messageId) },
    DeliveryCount: { int: (message.deliveryCount ?? 0) + 1 },
    LockToken: { string: message.lockToken ?? '' },
    ApplicationProperties: { json: JSON.stringify(message.applicationProperties ?? {}) },
  };
}
