import type { Secrets } from '../ports/secrets.ts';
import { ConfigError } from './env.ts';

const suffix = '_SECRET_NAME';

/**
 * The environment with its secrets filled in: where `DATABASE_URL_SECRET_NAME` names a secret, its value stands as
 * `DATABASE_URL`. So a workload is told where a secret is, and only its identity opens it.
 * @throws ConfigError naming every secret that cannot be had, and no value
 */
export async function withSecrets(
  env: Readonly<Record<string, string | undefined>>,
  secrets: Secrets,
): Promise<Record<string, string | undefined>> {
  const named = Object.entries(env).filter(([name, value]) => name.endsWith(suffix) && value);
  const problems: string[] = [];
  const filled = await Promise.all(
    named.map(async ([name, secret = '']) => {
      const value = await secrets.get(secret).catch((error: Error) => {
        problems.push(`  ${name}: ${error.message}`);
        return undefined;
      });
      return [name.slice(0, -suffix.length), value] as const;
    }),
  );
  if (problems.length > 0) throw new ConfigError(`these secrets cannot be had:\n${problems.join('\n')}`);
  return { ...env, ...Object.fromEntries(filled) };
}
