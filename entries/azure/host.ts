import { SecretClient } from '@azure/keyvault-secrets';
import { z } from 'zod';
import { serviceBusClient } from '../../runtime/adapters/azure/clients.ts';
import { serviceBusConnection, serviceBusSettings } from '../../runtime/adapters/azure/connections.ts';
import { clientDefaults, workloadIdentity } from '../../runtime/adapters/azure/credential.ts';
import { createTopicPublisher } from '../../runtime/adapters/azure/publisher.ts';
import { createKeyVaultSecrets } from '../../runtime/adapters/azure/secrets.ts';
import { openTopic } from '../../runtime/adapters/azure/topic.ts';
import { readEnv } from '../../runtime/config/env.ts';
import { hostContainers } from '../containers/host.ts';

/** Asked for before any secret is read, so that a vault that is not named is a setting to correct. */
const openVault = () => {
  const { KEY_VAULT_URL: url } = readEnv({ KEY_VAULT_URL: z.url() });
  return createKeyVaultSecrets(new SecretClient(url, workloadIdentity, clientDefaults));
};
let vault: ReturnType<typeof openVault> | undefined;

/** Containers on Azure. The identity is the workload's. */
export const azureHost = hostContainers({
  settings: serviceBusSettings,
  secrets: {
    get: async (name) => {
      vault ??= openVault();
      return vault.get(name);
    },
  },
  openPublisher: (settings) => {
    const client = serviceBusClient(serviceBusConnection(settings));
    return {
      publisher: createTopicPublisher(openTopic(client, settings.SERVICE_BUS_TOPIC)),
      close: async () => (await client()).close(),
    };
  },
});
