import { getJwks, getOpenIdConfiguration } from '../../runtime/contracts/api/user.ts';
import { implement, type Route } from '../../runtime/http/route.ts';
import type { KeyRing } from './keys.ts';

export interface DiscoveryDependencies {
  readonly keys: KeyRing;
  /** As it stands in every token, to the letter. */
  readonly issuer: string;
}

/** Verifiers keep what they read for five minutes: the time a new key is published before it signs. */
const headers = { 'cache-control': 'public, max-age=300' };

export function createDiscovery({ keys, issuer }: DiscoveryDependencies): Route[] {
  return [
    implement(getJwks, async () => ({
      status: 200,
      headers,
      body: { keys: keys.current().map((key) => key.jwk) },
    })),
    implement(getOpenIdConfiguration, async () => ({
      status: 200,
      headers,
      body: openIdConfiguration(issuer),
    })),
  ];
}

/** What a verifier reads first of an issuer. */
export function openIdConfiguration(issuer: string) {
  return {
    issuer,
    jwks_uri: `${issuer.replace(/\/+$/, '')}/.well-known/jwks.json`,
    response_types_supported: ['token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
  };
}
