// Proves: no route of the OpenAPI document but the public ones lets a request through to its service without a
// token that is signed RS256 by a published key, for this issuer and audience, and not expired.
// Does not prove what a service does with a valid token: roles and owners are its own to check.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { createOpenApiDocument, gatewayRoutes } from '../../../runtime/contracts/openapi.ts';
import {
  audience,
  closeAll,
  type Issuer,
  issuerName,
  startGateway,
  startIssuer,
  startUpstream,
  type TestUpstream,
} from './harness.ts';

const routes = gatewayRoutes(createOpenApiDocument());
const claims = { sub: 'USR-1', username: 'ann', role: 'admin' };
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** HS256 over a text, as a confused verifier would accept it with the public key as the secret. */
function hs256(issuer: Issuer): string {
  const pem = issuer.publicKey.export({ type: 'spki', format: 'pem' });
  return jwt.sign(claims, pem, {
    algorithm: 'HS256',
    keyid: issuer.kid,
    issuer: issuerName,
    audience,
    expiresIn: 60,
  });
}

function algNone(issuer: Issuer): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const exp = Math.floor(Date.now() / 1000) + 60;
  const payload = part({ ...claims, iss: issuerName, aud: audience, exp });
  return `${part({ alg: 'none', typ: 'JWT', kid: issuer.kid })}.${payload}.`;
}

/** Flips one character in the middle of the signature, where every bit counts. */
function tampered(token: string): string {
  const [header, payload, signature = ''] = token.split('.');
  const at = Math.floor(signature.length / 2);
  const other = signature[at] === 'A' ? 'B' : 'A';
  return `${header}.${payload}.${signature.slice(0, at)}${other}${signature.slice(at + 1)}`;
}

const refused: Record<string, (issuer: Issuer) => string | undefined> = {
  'no token': () => undefined,
  'an empty bearer': () => 'Bearer ',
  'another scheme': (issuer) => `Basic ${issuer.token()}`,
  'no JWT': () => 'Bearer nonsense',
  'an expired token': (issuer) => `Bearer ${issuer.token({ expiresIn: -10 })}`,
  'a token not valid yet': (issuer) => `Bearer ${issuer.token({ notBefore: 60 })}`,
  'another key under our key id': (issuer) =>
    `Bearer ${jwt.sign(claims, stranger.privateKey, {
      algorithm: 'RS256',
      keyid: issuer.kid,
      issuer: issuerName,
      audience,
      expiresIn: 60,
    })}`,
  'a key id nobody published': (issuer) => `Bearer ${issuer.token({ keyid: 'other' })}`,
  'alg none': (issuer) => `Bearer ${algNone(issuer)}`,
  'HS256 with the public key': (issuer) => `Bearer ${hs256(issuer)}`,
  'another RSA algorithm': (issuer) => `Bearer ${issuer.token({ algorithm: 'RS512' })}`,
  'another issuer': (issuer) => `Bearer ${issuer.token({ issuer: 'http://evil.test' })}`,
  'another audience': (issuer) => `Bearer ${issuer.token({ audience: 'other' })}`,
  'a tampered signature': (issuer) => `Bearer ${tampered(issuer.token())}`,
  'an unknown role': (issuer) => `Bearer ${issuer.token({}, { role: 'root' })}`,
};

describe('the gateway checks tokens', () => {
  let issuer: Issuer;
  let upstream: TestUpstream;
  let gateway: string;

  before(async () => {
    issuer = await startIssuer();
    upstream = await startUpstream();
    gateway = await startGateway(upstream.url, issuer);
  });
  after(closeAll);

  async function call(route: (typeof routes)[number], authorization: string | undefined) {
    const before = upstream.seen.length;
    const path = route.path.replace(/\{\w+\}/g, 'some-id');
    const response = await fetch(gateway + path, {
      method: route.method,
      headers: authorization === undefined ? {} : { authorization },
    });
    const body = await response.text();
    return { response, body, reached: upstream.seen.length - before };
  }

  for (const route of routes) {
    const name = `${route.method} ${route.path}`;
    if (route.access === 'public') {
      it(`${name} is public`, async () => {
        const { response, reached } = await call(route, undefined);
        assert.deepEqual([response.status, reached], [200, 1]);
      });
      continue;
    }
    for (const [what, authorization] of Object.entries(refused)) {
      it(`${name} refuses ${what}`, async () => {
        const { response, body, reached } = await call(route, authorization(issuer));
        assert.deepEqual([response.status, reached], [401, 0]);
        assert.equal(response.headers.get('www-authenticate'), 'Bearer');
        assert.match(response.headers.get('content-type') ?? '', /^application\/problem\+json/);
        assert.equal(JSON.parse(body).status, 401);
      });
    }
    it(`${name} lets a valid token through, as it is`, async () => {
      const authorization = `Bearer ${issuer.token()}`;
      const { response, reached } = await call(route, authorization);
      assert.deepEqual([response.status, reached], [200, 1]);
      assert.equal(upstream.seen.at(-1)?.headers.authorization, authorization);
    });
  }

  it('has both public and guarded routes to try', () => {
    assert.ok(routes.some((route) => route.access === 'public'));
    assert.ok(routes.filter((route) => route.access !== 'public').length >= 10);
  });

  it('answers 503 when the keys cannot be had', async () => {
    const lost = { ...issuer, jwksUrl: 'http://127.0.0.1:9' };
    const cut = await startGateway(upstream.url, lost);
    const response = await fetch(`${cut}/api/orders`, {
      headers: { authorization: `Bearer ${issuer.token()}` },
    });
    assert.equal(response.status, 503);
    assert.equal(response.headers.get('retry-after'), '1');
  });
});
