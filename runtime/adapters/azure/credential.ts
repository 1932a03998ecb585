import type { TokenCredential } from '@azure/identity';

let opened: Promise<TokenCredential> | undefined;

/**
 * The workload's identity, for every Azure client of this process. Its library is large and is loaded when a
 * token is first asked for, which a stand-in with a key of its own never does.
 */
export const workloadIdentity: TokenCredential = {
  getToken: async (scopes, options) => {
    opened ??= import('./identity-sdk.ts').then(({ DefaultAzureCredential }) => new DefaultAzureCredential());
    return (await opened).getToken(scopes, options);
  },
};

/** How every Azure client over HTTP is bounded: tries of one request, with backoff, before the caller is told. */
export const clientDefaults = {
  retryOptions: { maxRetries: 2, retryDelayInMs: 200, maxRetryDelayInMs: 2_000 },
};

/** For one call with its repeats, in milliseconds. */
export const callTimeoutMs = 8_000;
