import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { UnavailableError } from '../../errors.ts';
import type { Secrets } from '../../ports/secrets.ts';
import { type CachedSecretsOptions, cacheSecrets, noSuchSecret } from '../shared/cached-secrets.ts';

/** Secrets by their name or ARN in Secrets Manager, the current version of each. Text only. */
export function createSecretsManagerSecrets(
  client: SecretsManagerClient,
  options?: CachedSecretsOptions,
): Secrets {
  return cacheSecrets(async (name) => {
    const { SecretString } = await client
      .send(new GetSecretValueCommand({ SecretId: name }))
      .catch((error: Error) => {
        if (error instanceof ResourceNotFoundException) throw noSuchSecret(name);
        throw new UnavailableError(`Secrets Manager does not give ${name} (${error.name})`, { cause: error });
      });
    if (SecretString === undefined) throw new Error(`the secret ${name} is not text`);
    return SecretString;
  }, options);
}
