import { SecretClient } from '@azure/keyvault-secrets';
import { ServiceBusAdministrationClient } from '@azure/service-bus';
import { z } from 'zod';
import { countOf, readCounts } from '../../../local/backends/azure/counts.ts';
import { type Connection, cosmosClient, lazy } from '../../../runtime/adapters/azure/clients.ts';
import {
  cosmosConnection,
  cosmosSettings,
  serviceBusConnection,
  serviceBusSettings,
} from '../../../runtime/adapters/azure/connections.ts';
import { clientDefaults, workloadIdentity } from '../../../runtime/adapters/azure/credential.ts';
import { createDocuments } from '../../../runtime/adapters/azure/documents.ts';
import { createOutboxStore } from '../../../runtime/adapters/azure/outbox.ts';
import { createKeyVaultSecrets } from '../../../runtime/adapters/azure/secrets.ts';
import { ConfigError, readEnv } from '../../../runtime/config/env.ts';
import type { TableDefinition } from '../../../runtime/function-service.ts';
import type { OpenBackend } from './backend.ts';

const shape = {
  ...cosmosSettings,
  ...serviceBusSettings,
  KEY_VAULT_URL: z.url().optional(),
  /** Of a stand-in, which the administration client cannot speak to. */
  SERVICE_BUS_ADMINISTRATION: z.url().optional(),
};

/** Credentials are found as `DefaultAzureCredential` finds them. */
export const openBackend: OpenBackend = (env, consumers) => {
  const settings = readEnv(shape, env);
  const cosmos = cosmosClient(cosmosConnection(settings));
  const containerOf = ({ name }: TableDefinition) =>
    lazy(async () => (await cosmos()).database(settings.COSMOS_DATABASE).container(name));
  const { SERVICE_BUS_TOPIC: topic, SERVICE_BUS_ADMINISTRATION: administration } = settings;
  const counts = administration
    ? standInCounts(administration, topic, consumers)
    : countsOf(serviceBusConnection(settings), topic, consumers);
  return {
    open: (table) => createDocuments(containerOf(table), table),
    outbox: (table) => createOutboxStore(containerOf(table)),
    ...counts,
    secrets: vaultAt(settings.KEY_VAULT_URL),
    close: async () => (await cosmos()).dispose(),
  };
};

function vaultAt(url: string | undefined) {
  if (url !== undefined)
    return createKeyVaultSecrets(new SecretClient(url, workloadIdentity, clientDefaults));
  return { get: () => Promise.reject(new ConfigError('KEY_VAULT_URL is missing')) };
}

function countsOf(connection: Connection, topic: string, consumers: readonly string[]) {
  const client =
    'address' in connection
      ? new ServiceBusAdministrationClient(connection.address, workloadIdentity, clientDefaults)
      : new ServiceBusAdministrationClient(connection.connectionString, clientDefaults);
  const subscriptions = () =>
    Promise.all(consumers.map((consumer) => client.getSubscriptionRuntimeProperties(topic, consumer)));
  return {
    countMessages: async () => {
      const { scheduledMessageCount } = await client.getTopicRuntimeProperties(topic);
      return (await subscriptions()).reduce(
        (sum, { activeMessageCount, transferMessageCount }) =>
          sum + activeMessageCount + transferMessageCount,
        scheduledMessageCount,
      );
    },
    countDeadLetters: async () =>
      (await subscriptions()).reduce(
        (sum, { deadLetterMessageCount, transferDeadLetterMessageCount }) =>
          sum + deadLetterMessageCount + transferDeadLetterMessageCount,
        0,
      ),
  };
}

function standInCounts(administration: string, topic: string, consumers: readonly string[]) {
  const paths = consumers.map((consumer) => `${topic}/Subscriptions/${consumer}`);
  const count = async (names: readonly string[]) => countOf(await readCounts(administration), names);
  return {
    countMessages: () => count([topic, ...paths]),
    countDeadLetters: () => count(paths.map((path) => `${path}/$DeadLetterQueue`)),
  };
}
