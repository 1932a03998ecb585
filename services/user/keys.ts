import { createHash, createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { KeySource } from '../../runtime/http/token.ts';

/** A key as it is stored. */
export interface StoredKey {
  /** The key's RFC 7638 thumbprint. */
  readonly kid: string;
  /** PKCS #8, PEM. */
  readonly privateKey: string;
}

/** A public key as it is published, in the form of the contract. */
export interface PublicJwk {
  readonly kty: 'RSA';
  readonly use: 'sig';
  readonly alg: 'RS256';
  readonly kid: string;
  readonly n: string;
  readonly e: string;
}

export interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly jwk: PublicJwk;
}

/** The issuer's keys as they are now: the first signs, all of them are published and honoured. */
export interface KeyRing {
  current(): readonly [SigningKey, ...SigningKey[]];
}

const modulusBits = 2048;

/** A new key for tokens: RSA 2048. */
export async function generateSigningKey(): Promise<StoredKey> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: modulusBits });
  return {
    kid: thumbprint(createPublicKey(privateKey)),
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  };
}

/** RFC 7638: the SHA-256 of the required members in alphabetical order, base64url. */
export function thumbprint(publicKey: KeyObject): string {
  const { e, kty, n } = publicKey.export({ format: 'jwk' });
  return createHash('sha256').update(JSON.stringify({ e, kty, n })).digest('base64url');
}

const keyFile = z.object({
  keys: z.array(z.object({ kid: z.string(), privateKey: z.string() })).min(1),
});

/**
 * Reads `{"keys": [{"kid", "privateKey"}]}`.
 * @throws Error that says what is wrong, and repeats nothing of the text, which is secret
 */
export function parseKeys(text: string): [SigningKey, ...SigningKey[]] {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    throw new Error('it is not JSON');
  }
  const checked = keyFile.safeParse(given);
  if (!checked.success) {
    throw new Error('it must be {"keys": [{"kid", "privateKey"}]} with at least one key');
  }
  const [first, ...others] = checked.data.keys.map(readKey);
  return [first as SigningKey, ...others];
}

function readKey({ kid, privateKey: pem }: StoredKey, index: number): SigningKey {
  let privateKey: KeyObject;
  try {
    privateKey = createPrivateKey(pem);
  } catch {
    throw new Error(`keys.${index}.privateKey is not a private key in PEM`);
  }
  const bits = privateKey.asymmetricKeyDetails?.modulusLength ?? 0;
  if (privateKey.asymmetricKeyType !== 'rsa' || bits < modulusBits) {
    throw new Error(`keys.${index}.privateKey must be RSA with at least ${modulusBits} bits`);
  }
  const publicKey = createPublicKey(privateKey);
  const expected = thumbprint(publicKey);
  if (kid !== expected)
    throw new Error(`keys.${index}.kid must be the key's RFC 7638 thumbprint, ${expected}`);
  const { n = '', e = '' } = publicKey.export({ format: 'jwk' });
  return { kid, privateKey, publicKey, jwk: { kty: 'RSA', use: 'sig', alg: 'RS256', kid, n, e } };
}

/** The issuer's own keys for its own token check: no call over the network to itself. */
export function localKeys(keys: KeyRing): KeySource {
  return async (kid) => keys.current().find((key) => key.kid === kid)?.publicKey;
}
