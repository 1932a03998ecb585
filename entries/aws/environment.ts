import { withSecrets } from '../../runtime/config/secret-env.ts';

/**
 * A function's environment with its secrets filled in, where it names any: then only is the client of Secrets Manager
 * loaded.
 * @throws ConfigError naming every secret that cannot be had
 */
export async function functionEnvironment(
  env: NodeJS.ProcessEnv = process.env,
): Promise<Record<string, string | undefined>> {
  if (!Object.keys(env).some((name) => name.endsWith('_SECRET_NAME'))) return env;
  const [{ SecretsManagerClient }, { createSecretsManagerSecrets }, { clientDefaults }] = await Promise.all([
    import('@aws-sdk/client-secrets-manager'),
    import('../../runtime/adapters/aws/secrets.ts'),
    import('../../runtime/adapters/aws/clients.ts'),
  ]);
  return withSecrets(env, createSecretsManagerSecrets(new SecretsManagerClient(clientDefaults)));
}
