import type { SecretClient } from '@azure/keyvault-secrets';
import { UnavailableError } from '../../errors.ts';
import type { Secrets } from '../../ports/secrets.ts';
import { type CachedSecretsOptions, cacheSecrets, noSuchSecret } from '../shared/cached-secrets.ts';
import { callTimeoutMs } from './credential.ts';

/** What Key Vault takes for a name; another is never asked for. */
const validName = /^[0-9A-Za-z-]{1,127}$/;

/** Secrets by their name in Key Vault, the current version of each. */
export function createKeyVaultSecrets(client: SecretClient, options?: CachedSecretsOptions): Secrets {
  return cacheSecrets(async (name) => {
    if (!validName.test(name)) throw noSuchSecret(name);
    const abortSignal = AbortSignal.timeout(callTimeoutMs);
    const { value } = await client.getSecret(name, { abortSignal }).catch((error: Error) => {
      const { statusCode } = error as { statusCode?: number };
      if (statusCode === 404) throw noSuchSecret(name);
      throw new UnavailableError(`Key Vault does not give ${name} (${statusCode ?? error.name})`, {
        cause: error,
      });
    });
    if (value === undefined) throw new Error(`the secret ${name} is empty`);
    return value;
  }, options);
}
