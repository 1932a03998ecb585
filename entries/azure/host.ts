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
    /** `shop.servicebus.windows.net`. Named as in the functions, whose triggers read it. */
    SERVICE_BUS__fullyQualifiedNamespace: z.string().optional(),
    /** Instead of the address, for stand-ins. */
    SERVICE_BUS: z.string().optional(),
    SERVICE_BUS_TOPIC: z.string().default('events'),
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
