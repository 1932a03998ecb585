/**
 * The secrets contract on files, on Secrets Manager and on Key Vault, the latter two imitated (see
 * ../support/secret-stores.ts for what that does not prove), with planted faults.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SecretClient, type SecretClientOptions } from '@azure/keyvault-secrets';
import { clientDefaults as awsDefaults } from '../../runtime/adapters/aws/clients.ts';
import { createSecretsManagerSecrets } from '../../runtime/adapters/aws/secrets.ts';
import { createKeyVaultSecrets } from '../../runtime/adapters/azure/secrets.ts';
import { createFileSecrets } from '../../runtime/adapters/local/secrets.ts';
import type { Clock } from '../../runtime/ports/clock.ts';
import type { Secrets } from '../../runtime/ports/secrets.ts';
import {
  type SecretStore,
  startKeyVault,
  startSecretsManager,
  vaultScope,
} from '../support/secret-stores.ts';
import { type ContractCase, casesAbout, describeContract, failingCases } from './case.ts';
import { type SecretsBackend, secretsCases, secretsFaults } from './secrets.ts';

interface Opened extends SecretsBackend {
  readonly store?: SecretStore;
  close(): Promise<void>;
}

function handClock(): Clock & { pass(ms: number): void } {
  let now = Date.now();
  return {
    now: () => now,
    pass: (ms) => {
      now += ms;
    },
  };
}

async function openFiles(): Promise<Opened> {
  const clock = handClock();
  const folder = mkdtempSync(join(tmpdir(), 'secrets-'));
  const aside = `${folder}-away`;
  return {
    secrets: createFileSecrets(folder, { clock }),
    put: async (name, value) => writeFileSync(join(folder, name), value, { mode: 0o600 }),
    pass: clock.pass,
    away: async (is) => (is ? renameSync(folder, aside) : renameSync(aside, folder)),
    close: async () => {
      for (const each of [folder, aside]) rmSync(each, { recursive: true, force: true });
    },
  };
}

async function openStore(
  start: () => Promise<SecretStore>,
  connect: (url: string, clock: Clock) => Secrets,
): Promise<Opened> {
  const clock = handClock();
  const store = await start();
  return {
    store,
    secrets: connect(store.server.url, clock),
    put: async (name, value) => void store.stored.set(name, value),
    reads: store.reads,
    pass: clock.pass,
    away: async (is) => {
      store.server.mood = is ? 'down' : 'well';
    },
    close: () => store.server.stop(),
  };
}

const openSecretsManager = (changes: object = {}) =>
  openStore(startSecretsManager, (endpoint, clock) => {
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    const settings = {
      ...awsDefaults,
      maxAttempts: 2,
      region: 'eu-west-1',
      endpoint,
      credentials,
      ...changes,
    };
    return createSecretsManagerSecrets(new SecretsManagerClient(settings), { clock });
  });

const token = 'a-token';
const askedScopes: string[] = [];

const openKeyVault = () =>
  openStore(
    () => startKeyVault(token),
    (url, clock) => {
      const options: SecretClientOptions = {
        retryOptions: { maxRetries: 1, retryDelayInMs: 1 },
        disableChallengeResourceVerification: true,
        additionalPolicies: [{ position: 'perRetry', policy: toImitation(url) }],
      };
      const credential = {
        getToken: async (scopes: string | string[]) => {
          askedScopes.push(...[scopes].flat());
          return { token, expiresOnTimestamp: Date.now() + 60 * 60_000 };
        },
      };
      return createKeyVaultSecrets(new SecretClient('https://shop.vault.azure.net', credential, options), {
        clock,
      });
    },
  );

type Policy = NonNullable<SecretClientOptions['additionalPolicies']>[number]['policy'];

/** Sends to the imitation, over plain HTTP, what is addressed to the vault: the client itself insists on HTTPS. */
function toImitation(url: string): Policy {
  return {
    name: 'to-imitation',
    sendRequest: async (request, next) => {
      const meant = request.url;
      request.url = meant.replace(/^https:\/\/[^/]+/, url);
      request.allowInsecureConnection = true;
      const response = await next(request).finally(() => {
        request.url = meant;
      });
      return response;
    },
  };
}

const backends: Record<string, () => Promise<Opened>> = {
  'in files': openFiles,
  'in Secrets Manager (imitated)': () => openSecretsManager(),
  'in Key Vault (imitated)': openKeyVault,
};

for (const [name, open] of Object.entries(backends)) {
  describeContract<Opened>(
    `secrets ${name}`,
    secretsCases as readonly ContractCase<Opened>[],
    open,
    (opened) => opened.close(),
  );

  describe(`the secrets contract turns red, ${name}, on a port that`, () => {
    for (const [title, { spoil, noticedBy }] of Object.entries(secretsFaults)) {
      it(title, async () => {
        const opened: Opened[] = [];
        const failing = await failingCases(
          casesAbout(secretsCases, noticedBy),
          async () => {
            const backend = await open();
            opened.push(backend);
            return { ...backend, secrets: spoil(backend.secrets) };
          },
          async () => opened.pop()?.close(),
        );
        assert.equal(failing.length, 1);
      });
    }
  });
}

describe('secrets in Key Vault (imitated)', () => {
  it('asks for a token of the vault’s own scope', () => {
    assert.deepEqual([...new Set(askedScopes)], [vaultScope]);
  });
});

describe('secrets in Secrets Manager (imitated)', () => {
  it('gives up on a store that says nothing', async () => {
    const requestHandler = { ...awsDefaults.requestHandler, requestTimeout: 100 };
    const { secrets, store, close } = await openSecretsManager({ requestHandler, maxAttempts: 1 });
    if (store) store.server.mood = 'silent';
    await assert.rejects(secrets.get('slow'), { name: 'UnavailableError' });
    await close();
  });
});
