import { app, type InvocationContext } from '@azure/functions';
import { givenUpMessage, type MessageProperties, retryMessage } from '../../adapters/azure/messages.ts';
import type { Topic } from '../../adapters/azure/topic.ts';
import { createDelivery } from '../../consumers/deliver.ts';
import type { Documents } from '../../ports/documents.ts';
import type { Consumer } from '../../ports/event-bus.ts';
import type { Logger } from '../../telemetry/log.ts';
import { countLine } from './count.ts';
import type { Finish } from './finish.ts';
import { createLanes } from './lanes.ts';

export interface ConsumersOptions {
  readonly consumers: readonly Consumer[];
  /** The table that the consumers read and commit to. */
  readonly documents: Documents;
  readonly topic: Topic;
  readonly logger: Logger;
  /** The app setting that says where Service Bus is. */
  readonly connection: string;
}

/**
 * One function for each consumer, woken by its subscription. The host settles a message by what becomes of the call:
 * completed when it returns, given back at once when it throws. (Node has no other word on it: settlement from a
 * function's code is in preview and brings a gRPC client.) So what is to be tried later or given up goes out as a
 * copy of its own before the call returns; if that fails the call throws, and the message is not lost.
 *
 * Messages about the same aggregate are handled one after the other within a process: they would be in each other's
 * way.
 */
export function registerConsumers(options: ConsumersOptions, finish: Finish): void {
  const { documents, topic, logger, connection } = options;
  for (const consumer of options.consumers) {
    const deliver = createDelivery(consumer, documents, logger);
    const inLane = createLanes();
    app.serviceBusTopic(consumer.name, {
      connection,
      topicName: topic.name,
      subscriptionName: consumer.name,
      handler: finish(async (body: unknown, context: InvocationContext) => {
        const { attempts = 0, reason } = propertiesOf(context);
        // It was to expire on its way here: refused until it is among the dead letters.
        if (reason !== undefined) throw new Error(`given up before: ${reason}`);
        const outcome = await inLane(laneOf(body, context), () => deliver({ attempts, body }));
        if (!outcome) {
          const count = countLine(consumer.name, body);
          // By the host's own log, which Application Insights has.
          if (count !== undefined) context.log(count);
          return;
        }
        const copied = { body, consumer: consumer.name, attempts: outcome.attempts };
        const copy = outcome.dead
          ? givenUpMessage(copied, outcome.reason)
          : retryMessage(copied, outcome.delayMs);
        await topic.send([copy]);
      }),
    });
  }
}

/** `userProperties` is what older versions of the extension call them. */
function propertiesOf({ triggerMetadata }: InvocationContext): MessageProperties {
  const { applicationProperties, userProperties } = triggerMetadata ?? {};
  return (applicationProperties ?? userProperties ?? {}) as MessageProperties;
}

function laneOf(body: unknown, { invocationId }: InvocationContext): string {
  const { subject } = (body ?? {}) as { subject?: unknown };
  return typeof subject === 'string' ? `subject ${subject}` : invocationId;
}
