import type { CloudName } from '../components/config/names.ts';
import { type Ask, asker } from './cloud-cli.ts';
import { FixableError } from './fixable.ts';
import type { Run } from './run.ts';

/** How each cloud's own CLI reads a secret, and where the value is in its answer. */
const readers: Readonly<Record<CloudName, (ask: Ask, secret: string, region: string) => Promise<unknown>>> = {
  aws: (ask, secret, region) =>
    ask(
      ...['secretsmanager', 'get-secret-value', '--region', region, '--secret-id', secret],
      ...['--query', 'SecretString'],
    ),
  azure: (ask, secret) => ask('keyvault', 'secret', 'show', '--id', secret, '--query', 'value'),
};

/**
 * The password of the first administrator, which is in no output and no log: who may read the secret may have it.
 *
 * @param secret as the stack's output `adminPasswordSecret` names it
 * @throws FixableError
 */
export async function adminPassword(
  run: Run,
  cloud: CloudName,
  region: string,
  secret: string,
): Promise<string> {
  const password = await readers[cloud](asker(run, cloud), secret, region).catch((error: Error) => {
    if (!(error instanceof FixableError)) throw error;
    const { message, fix } = error;
    throw new FixableError(
      `the administrator’s password cannot be read: ${message}`,
      `${fix}; or set ADMIN_PASSWORD`,
      {
        cause: error,
      },
    );
  });
  if (typeof password === 'string' && password !== '') return password;
  throw new FixableError(`the secret ${secret} has no password in it`, 'set ADMIN_PASSWORD');
}
