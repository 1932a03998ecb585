import { createPublicKey, type KeyObject } from 'node:crypto';
import type { JwksClient } from 'jwks-rsa';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { UnavailableError } from '../errors.ts';
import { unauthorized } from './problem.ts';
import type { Principal } from './route.ts';

/** Finds a public key by its id; undefined when the issuer has no such key. */
export type KeySource = (kid: string) => Promise<KeyObject | undefined>;

export interface TokenRules {
  readonly issuer: string;
  readonly audience: string;
}

export type TokenVerifier = (authorization: string | undefined) => Promise<Principal>;

const claims = z.object({
  sub: z.string().min(1),
  username: z.string().min(1),
  role: z.enum(['customer', 'admin']),
  exp: z.number(),
});

/** The longest that a key withdrawn by its issuer is still honoured here, in milliseconds. */
const maxTrustMs = 5 * 60_000;

/** For an id that nobody knows the keys are read anew at most this often, in milliseconds. */
const lookAgainMs = 1_000;

/**
 * The issuer's published keys, read together and kept. Anybody can send any number of tokens with ids that do not
 * exist: they cost the issuer one read a second, and never the others their keys.
 * @throws UnavailableError when the keys cannot be read
 */
export function remoteKeys(jwksUri: string): KeySource {
  let client: JwksClient | undefined;
  let known: ReadonlyMap<string, KeyObject> = new Map();
  let readAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;
  const read = async () => {
    try {
      // Loaded with the first token: a function that handles events never sees one.
      // By its default: in a bundle, a CommonJS module has no other export.
      const { default: jwks } = await import('jwks-rsa');
      client ??= new jwks.JwksClient({ jwksUri, timeout: 3_000, cache: false });
      const keys = await client.getSigningKeys();
      known = new Map(keys.map((key) => [key.kid, createPublicKey(key.getPublicKey())]));
      readAt = performance.now();
    } catch (error) {
      throw new UnavailableError('the token issuer’s keys cannot be read', { cause: error });
    } finally {
      reading = undefined;
    }
  };
  return async (kid) => {
    const age = performance.now() - readAt;
    if (age > (known.has(kid) ? maxTrustMs : lookAgainMs)) {
      reading ??= read();
      await reading;
    }
    return known.get(kid);
  };
}

/**
 * Checks bearer tokens: RS256 only, pinned issuer and audience, a known key. A token that passed is trusted
 * for a while without the arithmetic, at most until it expires.
 * @throws ProblemError 401; UnavailableError when the keys cannot be had
 */
export function createTokenVerifier(keys: KeySource, rules: TokenRules): TokenVerifier {
  const trusted = new LRUCache<string, Principal>({ max: 10_000, ttl: maxTrustMs });
  return async (authorization) => {
    if (authorization === undefined) throw unauthorized('This needs a token: Authorization: Bearer …');
    const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization)?.[1];
    if (token === undefined) throw unauthorized('The Authorization header must be: Bearer <token>');
    const known = trusted.get(token);
    if (known) return known;
    const { principal, expiresAt } = await verify(token, keys, rules);
    const ttl = Math.min(expiresAt - Date.now(), maxTrustMs);
    if (ttl > 0) trusted.set(token, principal, { ttl });
    return principal;
  };
}

async function verify(token: string, keys: KeySource, rules: TokenRules) {
  // Loaded with the first token, as above.
  const { default: jwt } = await import('jsonwebtoken');
  const kid = readKeyId(jwt.decode, token);
  const key = kid === undefined ? undefined : await keys(kid);
  if (!key) throw unauthorized('The token was not signed by a key of this shop.');
  try {
    const payload = claims.parse(jwt.verify(token, key, { ...rules, algorithms: ['RS256'] }));
    const principal: Principal = { id: payload.sub, username: payload.username, role: payload.role };
    return { principal, expiresAt: payload.exp * 1000 };
  } catch (error) {
    const expired = error instanceof jwt.TokenExpiredError;
    throw unauthorized(expired ? 'The token has expired: log in again.' : 'The token is not valid.');
  }
}

function readKeyId(decode: typeof import('jsonwebtoken').decode, token: string): string | undefined {
  try {
    return decode(token, { complete: true })?.header.kid;
  } catch {
    return undefined;
  }
}
