import { serviceBusClient } from '../../../runtime/adapters/azure/clients.ts';
import { createTopicPublisher } from '../../../runtime/adapters/azure/publisher.ts';
import { openTopic } from '../../../runtime/adapters/azure/topic.ts';
import type { OpenPublisher } from '../parts.ts';
import { readAzureSettings } from './settings.ts';

export const openPublisher: OpenPublisher = (env) => {
  const settings = readAzureSettings(env);
  const client = serviceBusClient(settings.serviceBus);
  return {
    publisher: createTopicPublisher(openTopic(client, settings.topic)),
    close: async () => (await client()).close(),
  };
};
