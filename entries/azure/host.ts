import { SecretClient } from '@azure/keyvault-secrets';
import { z } from 'zod';
import { clientDefaults, workloadIdentity } from '../../runtime/adapters/azure/credential.ts';
import { createKeyVaultSecrets } from '../../runtime/adapters/azure/secrets.ts';
import { ConfigError, readEnv } from '../../runtime/config/env.ts';
import { hostContainers } from '../containers/host.ts';

/** Asked for before any secret is read, so that a vault that is not named is a setting to correct. */
const openVault = () => {
  const { KEY_VAULT_URL: url } = readEnv({ KEY_VAULT_URL: z.url() });
  return createKeyVaultSecrets(new SecretClient(url, workloadIdentity, clientDefaults));
};
let vault: ReturnType<typeof openVault> | undefined;

/** Containers on Azure. The identity is the workload's. */
export const azureHost = hostContainers({
  settings: {
    /** `shop.servicebus.windows.net` */
    SERVICE_BUS_NAMESPACE: z.string(),
    TOPIC_NAME: z.string().default('events'),
  },
  secrets: {
    get: async (name) => {
      vault ??= openVault();
      return vault.get(name);
    },
  },
  openPublisher: () => {
    throw new ConfigError('the publisher to Service Bus is not wired here yet');
  },
});
