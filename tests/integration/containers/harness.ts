import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { generateSigningKey } from '../../../services/user/keys.ts';
import { freePort } from '../../support/free-port.ts';
import { freshDatabase } from '../../support/postgres.ts';
import { type SecretStore, startSecretsManager } from '../../support/secret-stores.ts';

export interface Container {
  readonly url: string;
  /** What it wrote so far. */
  output(): string;
  kill(signal: NodeJS.Signals): void;
  /** Its exit code. */
  readonly exited: Promise<number | null>;
}

export interface AwsPlace {
  readonly store: SecretStore;
  readonly env: Record<string, string>;
  readonly databaseUrl: string;
  stop(): Promise<void>;
}

/**
 * What a container finds on AWS: Secrets Manager, imitated, with its database's address and token keys. Nothing
 * answers as SNS.
 */
export async function awsPlace(databaseSetting: string): Promise<AwsPlace> {
  const store = await startSecretsManager();
  const databaseUrl = await freshDatabase();
  store.stored.set('shop/database', databaseUrl);
  store.stored.set('shop/token-keys', JSON.stringify({ keys: [await generateSigningKey()] }));
  return {
    store,
    databaseUrl,
    env: {
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_ENDPOINT_URL_SECRETS_MANAGER: store.server.url,
      AWS_ENDPOINT_URL_SNS: 'http://127.0.0.1:9',
      [`${databaseSetting}_SECRET_NAME`]: 'shop/database',
      TOKEN_KEYS_SECRET_NAME: 'shop/token-keys',
      TOPIC_ARN: 'arn:aws:sns:eu-west-1:000000000000:shop',
      TOKEN_ISSUER: 'https://shop.test',
      JWKS_URL: 'http://127.0.0.1:9/jwks.json',
    },
    stop: () => store.server.stop(),
  };
}

export async function startContainer(
  file: string,
  env: Record<string, string>,
  ...args: string[]
): Promise<Container> {
  const port = await freePort();
  const child = spawn(process.execPath, [file, ...args], {
    env: { PORT: String(port), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text) => {
      output += text;
    });
  return {
    url: `http://127.0.0.1:${port}`,
    output: () => output,
    kill: (signal) => child.kill(signal),
    exited: once(child, 'exit').then(([code]) => code as number | null),
  };
}
