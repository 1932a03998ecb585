import type { CloudName } from '../components/config/names.ts';
import { FixableError } from './fixable.ts';
import { MissingProgramError, type Run } from './run.ts';

interface Reader {
  readonly program: string;
  readonly args: (secret: string, region: string) => readonly string[];
  readonly login: string;
}

/**
 * How each cloud's own CLI reads a secret: as text, and by itself, for whoever else asks the CLIs tells what they gave when
 * it is not what was expected.
 */
const readers: Readonly<Record<CloudName, Reader>> = {
  aws: {
    program: 'aws',
    args: (secret, region) => [
      ...['secretsmanager', 'get-secret-value', '--region', region, '--secret-id', secret],
      ...['--query', 'SecretString', '--output', 'text'],
    ],
    login: 'aws sso login, or whatever gives you credentials',
  },
  azure: {
    program: 'az',
    args: (secret) => ['keyvault', 'secret', 'show', '--id', secret, '--query', 'value', '--output', 'tsv'],
    login: 'az login',
  },
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
  const { program, args, login } = readers[cloud];
  const answer = await run(program, args(secret, region)).catch((error: Error) => {
    if (!(error instanceof MissingProgramError)) throw error;
    throw new FixableError(error.message, `install ${program}, or set ADMIN_PASSWORD`, { cause: error });
  });
  const password = answer.stdout.trim();
  if (answer.ok && password !== '') return password;
  throw new FixableError(`the administrator’s password cannot be read: ${answer.stderr.trim()}`, login);
}
