/**
 * Imitations of the one call of Secrets Manager and of Key Vault that the shop makes, in the shapes of their public
 * references: the exact request is checked, and refused when it is another.
 *
 * They prove that the adapters and the SDKs speak that protocol over a real connection: SigV4 is present, a Key
 * Vault challenge is answered with a token for its scope. They do NOT prove that a signature or token is right,
 * who may read what, versions, or throttling.
 */
import assert from 'node:assert/strict';
import { type Asked, type JsonServer, startJsonServer } from './json-server.ts';

export interface SecretStore {
  readonly server: JsonServer;
  readonly stored: Map<string, string>;
  reads(): number;
}

export async function startSecretsManager(): Promise<SecretStore> {
  const stored = new Map<string, string>();
  let reads = 0;
  const server = await startJsonServer(({ method, path, headers, body }) => {
    assert.equal(`${method} ${path}`, 'POST /');
    assert.equal(headers['x-amz-target'], 'secretsmanager.GetSecretValue');
    assert.match(
      headers.authorization ?? '',
      /^AWS4-HMAC-SHA256 Credential=.*\/secretsmanager\/aws4_request/,
    );
    const { SecretId: name, ...rest } = JSON.parse(body) as { SecretId: string };
    assert.deepEqual(rest, {});
    reads += 1;
    const value = stored.get(name);
    if (value === undefined)
      return { status: 400, body: { __type: 'ResourceNotFoundException', message: '' } };
    return {
      status: 200,
      body: { ARN: 'arn', Name: name, SecretString: value, VersionStages: ['AWSCURRENT'] },
    };
  });
  return { server, stored, reads: () => reads };
}

export const vaultScope = 'https://vault.azure.net/.default';

export async function startKeyVault(token: string): Promise<SecretStore> {
  const stored = new Map<string, string>();
  let reads = 0;
  const server = await startJsonServer((asked: Asked) => {
    if (asked.headers.authorization === undefined) {
      const resource =
        'authorization="https://login.microsoftonline.com/tenant", resource="https://vault.azure.net"';
      return { status: 401, headers: { 'www-authenticate': `Bearer ${resource}` } };
    }
    assert.equal(asked.headers.authorization, `Bearer ${token}`);
    const url = new URL(asked.path, 'https://shop.vault.azure.net');
    const [, name = ''] = /^\/secrets\/([0-9A-Za-z-]+)\/?$/.exec(url.pathname) ?? [];
    assert.ok(asked.method === 'GET' && name !== '', asked.path);
    assert.match(url.searchParams.get('api-version') ?? '', /^20\d\d-/);
    reads += 1;
    const value = stored.get(name);
    if (value === undefined) return { status: 404, body: { error: { code: 'SecretNotFound', message: '' } } };
    return {
      status: 200,
      body: { value, id: `https://shop.vault.azure.net/secrets/${name}/1`, attributes: {} },
    };
  });
  return { server, stored, reads: () => reads };
}
