/**
 * Proves: keys are named by RFC 7638 (its own example), made with 2048 bits, read with an error that says what is wrong and
 * repeats no secret; a token carries exactly the claims of the contract; IPv6 counts by its /64.
 * Does not prove: rotation while the service runs (tests/integration/user/keys.test.ts).
 */
import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { addressBlock } from '../../../services/user/address.ts';
import { generateSigningKey, localKeys, parseKeys, thumbprint } from '../../../services/user/keys.ts';
import { issueToken } from '../../../services/user/tokens.ts';

// RFC 7638, section 3.1.
const rfcExample: JsonWebKey = {
  kty: 'RSA',
  n: '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw',
  e: 'AQAB',
};

describe('signing keys', () => {
  it('have the thumbprint of RFC 7638', () => {
    const key = createPublicKey({ key: rfcExample, format: 'jwk' });
    assert.equal(thumbprint(key), 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs');
  });

  it('are made with 2048 bits and read back in order, with what is published of them', async () => {
    const stored = [await generateSigningKey(), await generateSigningKey()];
    const keys = parseKeys(JSON.stringify({ keys: stored }));
    assert.deepEqual(
      keys.map((key) => key.kid),
      stored.map((key) => key.kid),
    );
    for (const { kid, jwk, publicKey, privateKey } of keys) {
      assert.equal(privateKey.asymmetricKeyDetails?.modulusLength, 2048);
      assert.deepEqual(Object.keys(jwk).sort(), ['alg', 'e', 'kid', 'kty', 'n', 'use']);
      assert.equal(kid, thumbprint(createPublicKey({ key: { ...jwk }, format: 'jwk' })));
      assert.equal(await localKeys({ current: () => keys })(kid), publicKey);
    }
    assert.equal(await localKeys({ current: () => keys })('other'), undefined);
  });

  it('that cannot be used are refused with the reason, and without the secret', async () => {
    const good = await generateSigningKey();
    const pem = (pair: { privateKey: { export(options: object): string | Buffer } }) =>
      String(pair.privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const short = pem(generateKeyPairSync('rsa', { modulusLength: 1024 }));
    const curve = pem(generateKeyPairSync('ed25519'));
    const wrong: [unknown, RegExp][] = [
      ['not json', /not JSON/],
      [{ keys: [] }, /at least one key/],
      [{ keys: [{ kid: 'a' }] }, /"privateKey"/],
      [{ keys: [good, { kid: 'a', privateKey: 'SECRET' }] }, /keys\.1\.privateKey is not a private key/],
      [{ keys: [{ kid: 'a', privateKey: short }] }, /at least 2048 bits/],
      [{ keys: [{ kid: 'a', privateKey: curve }] }, /must be RSA/],
      [{ keys: [{ ...good, kid: 'a' }] }, new RegExp(`thumbprint, ${good.kid}`)],
    ];
    for (const [value, reason] of wrong) {
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      assert.throws(
        () => parseKeys(text),
        (error: Error) => reason.test(error.message) && !/SECRET|BEGIN/.test(error.message),
      );
    }
  });
});

describe('tokens', () => {
  it('carry the claims of the contract and no other, and name their key', async () => {
    const [key] = parseKeys(JSON.stringify({ keys: [await generateSigningKey()] }));
    const account = { id: 'USR-1', username: 'ann', role: 'customer' } as const;
    const settings = { issuer: 'https://shop.example', audience: 'shop', lifetimeSeconds: 90 };
    const clock = { now: () => 1_800_000_000_999 };
    const decoded = jwt.decode(issueToken(account, key, settings, clock), { complete: true });
    assert.deepEqual(decoded?.header, { alg: 'RS256', typ: 'JWT', kid: key.kid });
    assert.deepEqual(decoded?.payload, {
      sub: 'USR-1',
      username: 'ann',
      role: 'customer',
      iss: 'https://shop.example',
      aud: 'shop',
      iat: 1_800_000_000,
      exp: 1_800_000_090,
    });
  });
});

describe('an address counts', () => {
  for (const [address, block] of [
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:0001:0002::', '2001:db8:1:2::/64'],
    ['2001:db8::6', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['not an address', 'not an address'],
  ] as const) {
    it(`${address} as ${block}`, () => assert.equal(addressBlock(address), block));
  }
});
