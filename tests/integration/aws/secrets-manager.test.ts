/**
 * The stand-in of Secrets Manager: a secret is for whoever holds the key. It proves nothing of AWS's own, nor that a
 * signature is right, which it does not check.
 */
import assert from 'node:assert/strict';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { createSecretsManagerSecrets } from '../../../runtime/adapters/aws/secrets.ts';
import { startSecretsManager } from '../../../stand-ins/secrets-manager.ts';
import { standInClient } from '../../support/aws.ts';

describe('the Secrets Manager of the shop’s own', () => {
  const open = async (accessKeyId: string) => {
    const standIn = await startSecretsManager({
      accessKeyId: 'the key',
      secretOf: async (name) => (name === 'known' ? 'a secret' : undefined),
    });
    const client = new SecretsManagerClient({
      ...standInClient(standIn.endpoint),
      credentials: { accessKeyId, secretAccessKey: 'any' },
      maxAttempts: 1,
    });
    return { standIn, secrets: createSecretsManagerSecrets(client) };
  };

  it('gives a secret to whoever holds the key, and says when there is none', async () => {
    const { standIn, secrets } = await open('the key');
    assert.equal(await secrets.get('known'), 'a secret');
    await assert.rejects(secrets.get('unknown'), /no secret|unknown/);
    await standIn.stop();
  });

  it('gives nothing to anybody else', async () => {
    const { standIn, secrets } = await open('another');
    await assert.rejects(secrets.get('known'), /UnrecognizedClientException/);
    await standIn.stop();
  });
});
