/**
 * Proves, over HTTP: every route that needs a token refuses each forged, stale or foreign one with 401; the
 * keys and the discovery document are published for caches and verifiers; keys rotate by their file, two valid
 * at once, without a restart, and a broken file changes nothing.
 * Does not prove: what other services do with the keys (the gateway's and the e2e tests do).
 */
import assert from 'node:assert/strict';
import { createHmac, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import jwt from 'jsonwebtoken';
import * as contract from '../../../runtime/contracts/api/user.ts';
import { createTokenVerifier, remoteKeys } from '../../../runtime/http/token.ts';
import { openKeyFile } from '../../../services/user/key-file.ts';
import { generateSigningKey, type StoredKey } from '../../../services/user/keys.ts';
import {
  audience,
  issuer,
  problemFields,
  silent,
  startUserService,
  type TestService,
  type TestUser,
} from './support.ts';

describe('tokens', () => {
  let service: TestService;
  let user: TestUser;
  before(async () => {
    service = await startUserService();
    user = await service.newUser('ann');
  });
  after(() => service.close());

  const claims = () => ({ sub: user.id, username: 'ann', role: 'admin', iss: issuer, aud: audience });
  const key = () => service.keys.current()[0];
  /** Without the members that are undefined. */
  const payload = (over: object) => JSON.parse(JSON.stringify({ ...claims(), exp: exp(), ...over }));
  const sign = (over: object = {}, signer: KeyObject = key().privateKey, options: jwt.SignOptions = {}) =>
    jwt.sign(payload(over), signer, { algorithm: 'RS256', keyid: key().kid, ...options });
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const exp = () => Math.floor(Date.now() / 1000) + 60;

  const abuses: Record<string, () => string | undefined> = {
    'no header': () => undefined,
    'an empty token': () => 'Bearer ',
    'another scheme': () => `Basic ${sign()}`,
    'no token at all': () => 'Bearer nonsense',
    'two tokens': () => `Bearer ${sign()} ${sign()}`,
    'an expired token': () => `Bearer ${sign({ exp: Math.floor(Date.now() / 1000) - 1 })}`,
    'a token that never expires': () => `Bearer ${sign({ exp: undefined })}`,
    'a token that is not valid yet': () => `Bearer ${sign({ nbf: Math.floor(Date.now() / 1000) + 60 })}`,
    'a wrong key under the right name': () =>
      `Bearer ${sign({}, generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey)}`,
    'an unknown key': () => `Bearer ${sign({}, key().privateKey, { keyid: 'unknown' })}`,
    'no key name': () => `Bearer ${jwt.sign(payload({}), key().privateKey, { algorithm: 'RS256' })}`,
    'alg none': () => `Bearer ${part({ alg: 'none', typ: 'JWT', kid: key().kid })}.${part(payload({}))}.`,
    'alg none with a signature': () =>
      `Bearer ${part({ alg: 'none', typ: 'JWT', kid: key().kid })}.${part(payload({}))}.AAAA`,
    'HS256 signed with the public key': () => {
      const head = `${part({ alg: 'HS256', typ: 'JWT', kid: key().kid })}.${part(payload({}))}`;
      const pem = key().publicKey.export({ type: 'spki', format: 'pem' });
      return `Bearer ${head}.${createHmac('sha256', pem).update(head).digest('base64url')}`;
    },
    'another algorithm of the same key': () => `Bearer ${sign({}, undefined, { algorithm: 'RS512' })}`,
    'another issuer': () => `Bearer ${sign({ iss: `${issuer}/` })}`,
    'another audience': () => `Bearer ${sign({ aud: 'other' })}`,
    'an unknown role': () => `Bearer ${sign({ role: 'root' })}`,
    'no subject': () => `Bearer ${sign({ sub: undefined })}`,
    'changed claims': () => {
      const [head, , signature] = sign({ role: 'customer' }).split('.');
      return `Bearer ${head}.${part(payload({}))}.${signature}`;
    },
  };

  const guarded = contract.userRoutes.filter((route) => route.access !== 'public');
  const request = (route: (typeof guarded)[number], authorization: string | undefined) =>
    fetch(service.url + route.path.replace('{id}', user.id), {
      method: route.method,
      headers: authorization === undefined ? {} : { authorization },
    });

  it('are asked for by three routes', () => {
    assert.deepEqual(guarded.map((route) => route.operationId).sort(), [
      'deleteUser',
      'getUser',
      'updateUser',
    ]);
  });

  for (const [what, authorization] of Object.entries(abuses)) {
    it(`${what}: 401 on every route that needs one`, async () => {
      for (const route of guarded) {
        const response = await request(route, authorization());
        assert.equal(response.status, 401, route.operationId);
        assert.equal(response.headers.get('www-authenticate'), 'Bearer');
        assert.match(response.headers.get('content-type') ?? '', /problem\+json/);
      }
    });
  }

  it('made in the same way, and right, are taken (or the table above would prove nothing)', async () => {
    assert.equal((await request(contract.getUser, `Bearer ${sign()}`)).status, 200);
    assert.equal((await request(contract.getUser, `bearer ${sign()}`)).status, 200);
  });

  it('stop at their end, although they were taken before', async () => {
    const token = sign({ exp: Math.floor(Date.now() / 1000) + 2 });
    assert.equal((await service.call('GET', `/api/users/${user.id}`, { token })).status, 200);
    await new Promise((resolve) => setTimeout(resolve, 2_050));
    problemFields(await service.call('GET', `/api/users/${user.id}`, { token }), 401);
  });

  it('are checked by keys that anyone may read and keep for five minutes', async () => {
    const answer = await service.call('GET', '/.well-known/jwks.json');
    assert.equal(answer.headers.get('cache-control'), 'public, max-age=300');
    const { keys } = contract.getJwks.responses[200].parse(answer.body);
    assert.deepEqual(keys, [key().jwk]);
    const [published] = keys;
    const publicKey = createPublicKey({ key: { ...published }, format: 'jwk' });
    assert.ok(jwt.verify(user.token, publicKey, { algorithms: ['RS256'], issuer, audience }));
  });

  it('have an issuer with a discovery document', async () => {
    const answer = await service.call('GET', '/.well-known/openid-configuration');
    assert.equal(answer.headers.get('cache-control'), 'public, max-age=300');
    const document = contract.getOpenIdConfiguration.responses[200].parse(answer.body);
    assert.equal(document.issuer, issuer);
    assert.equal(document.jwks_uri, `${issuer}/.well-known/jwks.json`);
  });

  it('have an issuer to the letter, with a slash at its end too', async () => {
    const tokens = { issuer: 'https://shop.test/', audience, lifetimeSeconds: 60 };
    const other = await startUserService({ tokens });
    try {
      const { body } = await other.call('GET', '/.well-known/openid-configuration');
      assert.equal(body.issuer, 'https://shop.test/');
      assert.equal(body.jwks_uri, 'https://shop.test/.well-known/jwks.json');
    } finally {
      await other.close();
    }
  });
});

describe('token keys', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'shop-keys-'));
  });
  after(() => rm(folder, { recursive: true }));

  const until = async (what: string, reached: () => boolean) => {
    const deadline = Date.now() + 5_000;
    while (!reached()) {
      assert.ok(Date.now() < deadline, `${what} within 5 s`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };

  it('rotate by their file while the service runs: both are valid, then only the new one', async () => {
    const path = join(folder, 'keys.json');
    const write = async (keys: StoredKey[]) => {
      await writeFile(`${path}.new`, JSON.stringify({ keys }), { mode: 0o600 });
      await rename(`${path}.new`, path);
    };
    const [old, next] = [await generateSigningKey(), await generateSigningKey()];
    await write([old]);
    const keys = openKeyFile(path, silent, 50);
    const service = await startUserService({ keys });
    try {
      const published = async () => {
        const { body } = await service.call('GET', '/.well-known/jwks.json');
        return body.keys.map((key: { kid: string }) => key.kid);
      };
      const tokenKey = (token: string) => jwt.decode(token, { complete: true })?.header.kid;
      const user = await service.newUser('ann');
      assert.equal(tokenKey(user.token), old.kid);

      await write([old, next]);
      await until('the new key is published', () => keys.current().length === 2);
      assert.deepEqual(await published(), [old.kid, next.kid]);

      await write([next, old]);
      await until('the new key signs', () => keys.current()[0].kid === next.kid);
      const { token } = (await service.login('ann')).body;
      assert.equal(tokenKey(token), next.kid);
      // Another process, which knows the keys by HTTP alone, takes tokens of both.
      const verify = createTokenVerifier(remoteKeys(`${service.url}/.well-known/jwks.json`), {
        issuer,
        audience,
      });
      for (const each of [user.token, token]) {
        assert.equal((await verify(`Bearer ${each}`)).id, user.id);
        assert.equal((await service.call('GET', `/api/users/${user.id}`, { token: each })).status, 200);
      }

      await writeFile(path, '{"keys": [');
      await new Promise((resolve) => setTimeout(resolve, 200));
      assert.deepEqual(await published(), [next.kid, old.kid], 'a broken file changes nothing');

      const third = (await service.login('ann')).body.token;
      await write([next]);
      await until('the old key is gone', () => keys.current().length === 1);
      assert.deepEqual(await published(), [next.kid]);
      assert.equal((await service.call('GET', `/api/users/${user.id}`, { token: third })).status, 200);
      const fresh = createTokenVerifier(remoteKeys(`${service.url}/.well-known/jwks.json`), {
        issuer,
        audience,
      });
      await assert.rejects(fresh(`Bearer ${user.token}`), { status: 401 });
    } finally {
      keys.close();
      await service.close();
    }
  });

  it('that cannot be read at the start end it, naming the setting and the file', () => {
    const path = join(folder, 'missing.json');
    assert.throws(
      () => openKeyFile(path, silent),
      (error: Error) => error.message.startsWith(`TOKEN_KEYS_FILE: ${path} cannot be used: ENOENT`),
    );
  });
});
