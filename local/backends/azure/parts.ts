import { functionShapes } from '../../../entries/functions/shape.ts';
import { cosmosClient, lazy, serviceBusClient } from '../../../runtime/adapters/azure/clients.ts';
import { createDeadLetters } from '../../../runtime/adapters/azure/dead-letters.ts';
import { createDocuments } from '../../../runtime/adapters/azure/documents.ts';
import { createOutboxStore } from '../../../runtime/adapters/azure/outbox.ts';
import { createTopicPublisher } from '../../../runtime/adapters/azure/publisher.ts';
import { openTopic } from '../../../runtime/adapters/azure/topic.ts';
import type { TableDefinition } from '../../../runtime/function-service.ts';
import { createCloudParts } from '../cloud-parts.ts';
import type { OpenParts } from '../parts.ts';
import { countOf, readCounts } from './counts.ts';
import { keepEvents } from './events.ts';
import { consoleSubscription, readAzureSettings } from './settings.ts';

export const openParts: OpenParts = (env, name, max = 2) => {
  const settings = readAzureSettings(env);
  const cosmos = cosmosClient(settings.cosmos);
  const serviceBus = serviceBusClient(settings.serviceBus);
  const topic = openTopic(serviceBus, settings.topic);
  const database = async () => (await cosmos()).database(settings.database);
  const containerOf = ({ name }: TableDefinition) => lazy(async () => (await database()).container(name));

  const shapes = functionShapes(env);
  const consumers = shapes.flatMap((shape) => shape.consumers.map((consumer) => consumer.name));
  const subscriptions = [...consumers, consoleSubscription].map(
    (subscription) => `${topic.name}/Subscriptions/${subscription}`,
  );
  const deadLetterQueues = subscriptions.map((path) => `${path}/$DeadLetterQueue`);
  const count = async (paths: readonly string[]) => countOf(await readCounts(settings.administration), paths);
  return createCloudParts(
    { env, name, max, shapes },
    {
      open: (table) => createDocuments(containerOf(table), table),
      outbox: (table) => createOutboxStore(containerOf(table)),
      publisher: createTopicPublisher(topic),
      deadLetters: createDeadLetters(serviceBus, topic, consumers),
      countDeadLetters: () => count(deadLetterQueues),
      countMessages: () => count([topic.name, ...subscriptions]),
      answers: async () =>
        (await database()).read().then(
          () => true,
          () => false,
        ),
      keepEvents: (shopDatabase, logger) => {
        const heard = { topic: topic.name, subscription: consoleSubscription };
        return keepEvents(serviceBus, heard, shopDatabase, logger);
      },
      close: async () => {
        await (await serviceBus()).close();
        (await cosmos()).dispose();
      },
    },
  );
};
