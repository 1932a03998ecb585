/**
 * Proves, for every route of the OpenAPI document that the shop serves: without a valid token it answers 401 and
 * does nothing, with a customer's where an administrator's is needed 403, and about another user's resource 404;
 * through the gateway and, on one machine, from each service's own port as well, for each checks by itself. Every
 * request is one that the right token makes succeed, which the last case shows.
 * Does not prove: that tokens expire in time in a process that trusts them for a while (a unit's matter), nor the
 * wording of a cloud gateway's own 401.
 */
import assert from 'node:assert/strict';
import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSign,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import {
  signSimulatedWebhook,
  simulatedSignatureHeader,
} from '../../runtime/adapters/shared/simulated-webhook.ts';
import { type GatewayRoute, gatewayRoutes } from '../../runtime/contracts/openapi.ts';
import { type Answer, type Buyer, createClient } from './support/client.ts';
import { slowness } from './support/deployed.ts';
import { type Fixtures, makeFixtures, validRequest } from './support/requests.ts';
import { localOnly, type Target, target } from './support/target.ts';

type Json = Record<string, unknown>;

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const decode = (text = '') => JSON.parse(Buffer.from(text, 'base64url').toString()) as Json;
const assemble = (header: Json, claims: Json, sign: (text: string) => string) => {
  const text = `${part(header)}.${part(claims)}`;
  return `${text}.${sign(text)}`;
};
const rsa = (key: KeyObject, algorithm = 'RSA-SHA256') => {
  return (text: string) => createSign(algorithm).update(text).sign(key, 'base64url');
};
const hmac = (secret: string | Buffer, algorithm = 'sha256') => {
  return (text: string) => createHmac(algorithm, secret).update(text).digest('base64url');
};

const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** A real token of an administrator, taken apart, and the key that the shop publishes. */
interface Material {
  readonly token: string;
  readonly header: Json;
  readonly claims: Json;
  readonly jwk: Json & { kid: string };
  readonly pem: string;
}

/** Whatever an attacker can make without the shop's key: every entry is an `Authorization` header. */
const forgeries: Readonly<Record<string, (material: Material) => string | undefined>> = {
  'no token': () => undefined,
  'an empty header': () => '',
  'a scheme and nothing else': () => 'Bearer',
  'a word': () => 'Bearer nonsense',
  'three words with dots': () => 'Bearer a.b.c',
  'another scheme': ({ token }) => `Basic ${token}`,
  'the bare token': ({ token }) => token,
  'a token with a space in it': ({ token }) => `Bearer ${token.slice(0, 20)} ${token.slice(20)}`,
  'two tokens': ({ token }) => `Bearer ${token}, Bearer ${token}`,
  'a token without its signature': ({ token }) => `Bearer ${token.slice(0, token.lastIndexOf('.') + 1)}`,
  'a tampered signature': ({ token }) => {
    const at = token.lastIndexOf('.') + 20;
    return `Bearer ${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`;
  },
  'claims changed under the signature': ({ token, claims }) => {
    const [header, , signature] = token.split('.');
    return `Bearer ${header}.${part({ ...claims, jti: 'changed' })}.${signature}`;
  },
  'another key under the shop’s key id': ({ header, claims }) =>
    `Bearer ${assemble(header, claims, rsa(stranger.privateKey))}`,
  'another key under an id of its own': ({ header, claims }) =>
    `Bearer ${assemble({ ...header, kid: 'mine' }, claims, rsa(stranger.privateKey))}`,
  'another key that the header brings along': ({ header, claims }) => {
    const jwk = stranger.publicKey.export({ format: 'jwk' });
    return `Bearer ${assemble({ ...header, jwk }, claims, rsa(stranger.privateKey))}`;
  },
  'a header that says where its key is': ({ header, claims }) =>
    `Bearer ${assemble({ ...header, jku: 'http://127.0.0.1:9/jwks.json' }, claims, rsa(stranger.privateKey))}`,
  'a key id that is a path': ({ header, claims }) =>
    `Bearer ${assemble({ ...header, kid: '../../../../dev/null' }, claims, hmac(''))}`,
  'a key id that is no text': ({ header, claims }) =>
    `Bearer ${assemble({ ...header, kid: { a: 1 } }, claims, rsa(stranger.privateKey))}`,
  'no key id': ({ header, claims }) => {
    const { kid: _, ...rest } = header;
    return `Bearer ${assemble(rest, claims, rsa(stranger.privateKey))}`;
  },
  'alg none without a signature': ({ header, claims }) =>
    `Bearer ${assemble({ ...header, alg: 'none' }, claims, () => '')}`,
  'alg none with the real signature': ({ token, header, claims }) =>
    `Bearer ${assemble({ ...header, alg: 'none' }, claims, () => token.slice(token.lastIndexOf('.') + 1))}`,
  'alg NoNe with some signature': ({ header, claims }) =>
    `Bearer ${assemble({ ...header, alg: 'NoNe' }, claims, () => 'AAAA')}`,
  'HS256 over the public key as PEM': ({ header, claims, pem }) =>
    `Bearer ${assemble({ ...header, alg: 'HS256' }, claims, hmac(pem))}`,
  'HS256 over the public key as PEM without its last line end': ({ header, claims, pem }) =>
    `Bearer ${assemble({ ...header, alg: 'HS256' }, claims, hmac(pem.trimEnd()))}`,
  'HS256 over the public key as published': ({ header, claims, jwk }) =>
    `Bearer ${assemble({ ...header, alg: 'HS256' }, claims, hmac(JSON.stringify(jwk)))}`,
  'HS256 over the modulus': ({ header, claims, jwk }) =>
    `Bearer ${assemble({ ...header, alg: 'HS256' }, claims, hmac(Buffer.from(String(jwk.n), 'base64url')))}`,
  'HS512 over the public key as PEM': ({ header, claims, pem }) =>
    `Bearer ${assemble({ ...header, alg: 'HS512' }, claims, hmac(pem, 'sha512'))}`,
  'ten thousand characters': () => `Bearer ${'a'.repeat(10_000)}.b.c`,
};

const now = () => Math.floor(Date.now() / 1000);

/** What only the shop's own key can sign, and no service may honour. */
const misuses: Readonly<Record<string, (claims: Json) => Json>> = {
  'an expired token': (claims) => ({ ...claims, iat: now() - 7_200, exp: now() - 3_600 }),
  'a token that expired a moment ago': (claims) => ({ ...claims, exp: now() - 1 }),
  'a token without an end': ({ exp: _, ...claims }) => claims,
  'a token that is not valid yet': (claims) => ({ ...claims, nbf: now() + 600 }),
  'another issuer': (claims) => ({ ...claims, iss: 'https://evil.example' }),
  'the issuer with a slash after it': (claims) => ({ ...claims, iss: `${claims.iss}/` }),
  'no issuer': ({ iss: _, ...claims }) => claims,
  'another audience': (claims) => ({ ...claims, aud: 'another shop' }),
  'no audience': ({ aud: _, ...claims }) => claims,
  'no role': ({ role: _, ...claims }) => claims,
  'an unknown role': (claims) => ({ ...claims, role: 'root' }),
  'a role in a list': (claims) => ({ ...claims, role: ['admin'] }),
  'no subject': ({ sub: _, ...claims }) => claims,
  'an empty subject': (claims) => ({ ...claims, sub: '' }),
};

describe('tokens', function () {
  this.timeout(30_000 * slowness);
  let shop: Target;
  let routes: readonly GatewayRoute[];
  let fixtures: Fixtures;
  let other: Buyer;
  let material: Material;

  before(async function () {
    this.timeout(120_000);
    shop = await target();
    routes = gatewayRoutes(shop.openApi);
    fixtures = await makeFixtures(shop);
    other = await shop.client.buyer();
    const { body } = await shop.client.call<{ keys: Material['jwk'][] }>('GET', '/.well-known/jwks.json');
    const [header, claims] = shop.adminToken.split('.').slice(0, 2).map(decode) as [Json, Json];
    const jwk = body.keys.find(({ kid }) => kid === header.kid) as Material['jwk'];
    const pem = createPublicKey({ key: jwk, format: 'jwk' }).export({
      type: 'spki',
      format: 'pem',
    }) as string;
    material = { token: shop.adminToken, header, claims, jwk, pem };
  });

  type Reach = (route: GatewayRoute) => string;
  const throughTheGateway: Reach = () => shop.url;
  const directly: Reach = ({ service }) => {
    const { processes } = shop.local ?? {};
    // Functions may be a process each, or one together.
    const url = processes?.get(service) ?? processes?.get('functions');
    assert.ok(url, `where ${service} listens is not known`);
    return url;
  };

  const call = (reach: Reach, route: GatewayRoute, authorization: string | undefined): Promise<Answer> => {
    const { path, body, headers } = validRequest(route, fixtures);
    return createClient(reach(route)).call(route.method, path, {
      body,
      headers: { ...headers, ...(authorization !== undefined && { authorization }) },
    });
  };

  /** Each route that does not answer as it must, with what it answered. */
  const deviations = async (
    chosen: readonly GatewayRoute[],
    ask: (route: GatewayRoute) => Promise<Answer>,
    expected: number,
  ) => {
    assert.ok(chosen.length > 0);
    const answers = await Promise.all(chosen.map(async (route) => ({ route, answer: await ask(route) })));
    return answers
      .filter(({ answer }) => !isExpected(answer.status, expected) || (shop.local && !isProblem(answer)))
      .map(
        ({ route, answer }) =>
          `${route.method} ${route.path}: ${answer.status} ${JSON.stringify(answer.body)}`,
      );
  };
  /** A cloud’s gateway refuses some of it by itself, in its own words. */
  const isExpected = (status: number, expected: number) =>
    status === expected || (!shop.local && expected === 401 && [400, 403, 431].includes(status));
  const isProblem = ({ status, headers, body }: Answer) =>
    /^application\/problem\+json/.test(headers.get('content-type') ?? '') &&
    body.status === status &&
    typeof body.title === 'string' &&
    (status !== 401 || headers.get('www-authenticate') === 'Bearer');

  const guarded = () => routes.filter(({ access }) => access !== 'public');

  it('are needed on most routes of the document', () => {
    assert.ok(guarded().length >= 11, `${guarded().length} guarded routes`);
    assert.ok(routes.filter(({ access }) => access === 'admin').length >= 4);
  });

  for (const [where, reach] of [
    ['the gateway', throughTheGateway],
    ['each service itself', directly],
  ] as const) {
    const define: (title: string, work: () => Promise<void>) => void =
      reach === throughTheGateway
        ? it
        : (title, work) => localOnly(title, 'a service’s own port is reached on this machine alone', work);

    describe(`${where} refuses`, () => {
      for (const [what, forge] of Object.entries(forgeries)) {
        define(what, async () => {
          const authorization = forge(material);
          assert.deepEqual(
            await deviations(guarded(), (route) => call(reach, route, authorization), 401),
            [],
          );
        });
      }

      for (const [what, misuse] of Object.entries(misuses)) {
        localOnly(what, 'it takes the key that signs the shop’s tokens', async () => {
          const key = createPrivateKey((shop.local as NonNullable<Target['local']>).signingKey.privateKey);
          const token = assemble(material.header, misuse(material.claims), rsa(key));
          const ask = (route: GatewayRoute) => call(reach, route, `Bearer ${token}`);
          assert.deepEqual(await deviations(guarded(), ask, 401), []);
        });
      }

      localOnly(
        'the right key with another RSA algorithm',
        'it takes the key that signs tokens',
        async () => {
          const key = createPrivateKey((shop.local as NonNullable<Target['local']>).signingKey.privateKey);
          const header = { ...material.header, alg: 'RS512' };
          const token = assemble(header, material.claims, rsa(key, 'RSA-SHA512'));
          const ask = (route: GatewayRoute) => call(reach, route, `Bearer ${token}`);
          assert.deepEqual(await deviations(guarded(), ask, 401), []);
        },
      );

      define('a flood of key ids that nobody knows, and goes on to honour new tokens', async () => {
        for (const method of ['GET /api/orders', 'POST /api/products', 'GET /api/users/{id}']) {
          const route = routes.find((each) => `${each.method} ${each.path}` === method) as GatewayRoute;
          const flood = Array.from({ length: 60 }, async (_, index) => {
            const header = { ...material.header, kid: `unknown-${index}` };
            const token = assemble(header, material.claims, rsa(stranger.privateKey));
            return (await call(reach, route, `Bearer ${token}`)).status;
          });
          assert.deepEqual([...new Set(await Promise.all(flood))], [401]);
        }
        const fresh = await shop.client.login(fixtures.owner.username, fixtures.owner.password);
        const route = routes.find(({ operationId }) => operationId === 'listOrders') as GatewayRoute;
        assert.equal((await call(reach, route, `Bearer ${fresh}`)).status, 200);
      });

      define('a customer where an administrator is needed', async () => {
        const ask = (route: GatewayRoute) => call(reach, route, `Bearer ${fixtures.owner.token}`);
        const admins = routes.filter(({ access }) => access === 'admin');
        assert.deepEqual(await deviations(admins, ask, 403), []);
      });

      define('another user’s resources, as if they did not exist', async () => {
        const ask = (route: GatewayRoute) => call(reach, route, `Bearer ${other.token}`);
        const owned = guarded().filter(({ access, path }) => access === 'user' && path.includes('{id}'));
        assert.equal(owned.length, 5);
        assert.deepEqual(await deviations(owned, ask, 404), []);
        const list = routes.find(({ operationId }) => operationId === 'listOrders') as GatewayRoute;
        const foreign = await createClient(reach(list)).call(
          'GET',
          `/api/orders?userId=${fixtures.owner.id}`,
          {
            token: other.token,
          },
        );
        assert.equal(foreign.status, 404);
        const place = routes.find(({ operationId }) => operationId === 'placeOrder') as GatewayRoute;
        assert.equal((await call(reach, place, `Bearer ${other.token}`)).status, 403);
      });
    });

    describe(`${where} asks no token`, () => {
      for (const what of ['no token', 'a word', 'alg none without a signature']) {
        define(`on public routes, whatever comes: ${what}`, async () => {
          const authorization = (forgeries[what] as (typeof forgeries)[string])(material);
          const open = routes.filter(({ access }) => access === 'public');
          const answers = await Promise.all(open.map((route) => call(reach, route, authorization)));
          const refused = answers.map(({ status }, index) => [open[index]?.operationId, status] as const);
          const expected = open.map(({ operationId }) => [
            operationId,
            operationId === 'paymentWebhook' ? 400 : operationId === 'register' ? 201 : 200,
          ]);
          // A deployed shop may have no webhook set up.
          const known = (entry: readonly unknown[]) => shop.local || entry[0] !== 'paymentWebhook';
          assert.deepEqual(refused.filter(known), expected.filter(known));
        });
      }

      localOnly(
        'of the payment provider, whose signature is checked',
        'its secret is known here',
        async () => {
          const route = routes.find(({ operationId }) => operationId === 'paymentWebhook') as GatewayRoute;
          const { path, body } = validRequest(route, fixtures);
          const secret = (shop.local as NonNullable<Target['local']>).webhookSecret;
          const send = (signature: string) =>
            createClient(reach(route)).call('POST', path, {
              body,
              headers: { [simulatedSignatureHeader]: signature },
            });
          const text = JSON.stringify(body);
          assert.equal((await send(signSimulatedWebhook(text, secret, Date.now()))).status, 200);
          assert.equal((await send(signSimulatedWebhook(text, `${secret}x`, Date.now()))).status, 400);
          assert.equal((await send(signSimulatedWebhook(text, secret, Date.now() - 3_600_000))).status, 400);
          assert.equal((await send(signSimulatedWebhook(`${text} `, secret, Date.now()))).status, 400);
        },
      );
    });
  }

  describe('the right token', () => {
    it('opens every route that was closed above', async () => {
      const deletionsLast = guarded().toSorted(
        (one, next) => Number(one.method === 'DELETE') - Number(next.method === 'DELETE'),
      );
      const refused: string[] = [];
      for (const route of deletionsLast) {
        const token = route.access === 'admin' ? shop.adminToken : fixtures.owner.token;
        const { status } = await call(throughTheGateway, route, `Bearer ${token}`);
        if (status < 200 || status > 299) refused.push(`${route.operationId}: ${status}`);
      }
      assert.deepEqual(refused, []);
    });
  });
});
