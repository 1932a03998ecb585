/**
 * Proves, for every route of the OpenAPI document that the shop serves: what does not follow the route's schema is
 * refused with a 4xx, as an RFC 9457 problem document that names the field, and nothing that a client can send
 * makes a 5xx. The bad values are made from the schemas of the document, field by field; a fuzz case adds what
 * nobody thought of.
 * Does not prove: that a well-formed request means something sensible (journeys do), nor anything about what is no
 * HTTP at all (tests/integration/gateway). The routes of the console are not part of it.
 */
import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import fc from 'fast-check';
import { type GatewayRoute, gatewayRoutes } from '../../runtime/contracts/openapi.ts';
import { badBodies, type JsonSchema } from './support/bad-values.ts';
import type { Answer } from './support/client.ts';
import { slowness } from './support/deployed.ts';
import { type Fixtures, makeFixtures, validRequest } from './support/requests.ts';
import { localOnly, type Target, target } from './support/target.ts';

interface Attempt {
  readonly what: string;
  readonly route: GatewayRoute;
  readonly path?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly statuses: readonly number[];
  /** What `errors[].field` must name. */
  readonly field?: string;
}

const unknownOrder = `ORD-${'0'.repeat(26)}`;

describe('bad input', function () {
  this.timeout(60_000 * slowness);
  let shop: Target;
  let routes: readonly GatewayRoute[];
  let fixtures: Fixtures;

  before(async function () {
    this.timeout(120_000);
    shop = await target();
    routes = gatewayRoutes(shop.openApi);
    fixtures = await makeFixtures(shop);
  });

  const tokenFor = ({ access }: GatewayRoute) =>
    access === 'public' ? undefined : access === 'admin' ? shop.adminToken : fixtures.owner.token;
  const operation = (route: GatewayRoute) => shop.openApi.paths[route.path]?.[route.method.toLowerCase()];
  const bodySchema = (route: GatewayRoute) => {
    const content = operation(route)?.requestBody as
      | { content: { 'application/json': { schema: JsonSchema } } }
      | undefined;
    return content?.content['application/json'].schema;
  };
  const withBody = () => routes.filter((route) => bodySchema(route)?.properties !== undefined);
  const parameters = (route: GatewayRoute, place: 'query' | 'path' | 'header') =>
    ((operation(route)?.parameters ?? []) as { name: string; in: string; schema: JsonSchema }[]).filter(
      (parameter) => parameter.in === place,
    );

  const send = (attempt: Omit<Attempt, 'statuses' | 'what'>): Promise<Answer> => {
    const { route } = attempt;
    const valid = validRequest(route, fixtures);
    return shop.client.call(route.method, attempt.path ?? valid.path, {
      token: tokenFor(route),
      body: attempt.body,
      headers: { ...valid.headers, ...attempt.headers },
    });
  };

  /** What was not answered as it must be. */
  const deviations = async (attempts: readonly Attempt[]): Promise<string[]> => {
    assert.ok(attempts.length > 0, 'there is something to try');
    const found: string[] = [];
    for (let begin = 0; begin < attempts.length; begin += 16) {
      const batch = attempts.slice(begin, begin + 16);
      const answers = await Promise.all(batch.map(send));
      answers.forEach((answer, index) => {
        const attempt = batch[index] as Attempt;
        const fault = faultOf(attempt, answer);
        if (fault !== undefined) found.push(`${attempt.route.operationId}, ${attempt.what}: ${fault}`);
      });
    }
    return found;
  };
  const faultOf = ({ statuses, field }: Attempt, answer: Answer): string | undefined => {
    const said = `${answer.status} ${JSON.stringify(answer.body)?.slice(0, 300)}`;
    if (!statuses.includes(answer.status)) return said;
    if (answer.status < 400) return undefined;
    // A cloud gateway's own refusals are not the shop's to shape.
    if (!shop.local && answer.status !== 400) return undefined;
    if (!isProblem(answer)) return `no problem document: ${said}`;
    const fields = ((answer.body.errors ?? []) as { field: string; message: string }[]).map((e) => e.field);
    if (field !== undefined && answer.status === 400 && !fields.includes(field))
      return `not named ${field}: ${said}`;
    return undefined;
  };
  const isProblem = ({ status, headers, body }: Answer) =>
    /^application\/problem\+json/.test(headers.get('content-type') ?? '') &&
    body.status === status &&
    typeof body.title === 'string' &&
    typeof body.detail === 'string' &&
    (body.errors === undefined || Array.isArray(body.errors));

  const onEveryBody = (
    make: (route: GatewayRoute, valid: Record<string, unknown>) => Omit<Attempt, 'route'>[],
  ) =>
    withBody().flatMap((route) =>
      make(route, validRequest(route, fixtures).body as Record<string, unknown>).map((attempt) => ({
        ...attempt,
        route,
      })),
    );

  it('is tried on every route that takes a body, a query or an id', () => {
    assert.deepEqual(
      withBody()
        .map(({ operationId }) => operationId)
        .sort(),
      ['createProduct', 'login', 'placeOrder', 'putStock', 'register', 'replaceProduct', 'updateUser'],
    );
    assert.ok(routes.some((route) => parameters(route, 'query').length > 0));
    assert.ok(routes.some((route) => parameters(route, 'path').length > 0));
  });

  describe('in a body', () => {
    it('that is no JSON is a 400 that names the body', async () => {
      const texts = {
        'half a document': '{"a": ',
        'single quotes': "{'a': 1}",
        'two documents': '{} {}',
        'a comment': '{} // nothing',
        NaN: '{"quantity": NaN}',
        'a raw line end in a text': '{"a": "\n"}',
        'a raw NUL': '{"a": "\u0000"}',
        'a text': 'hello',
        'a byte order mark before nothing': '\ufeff',
      };
      const attempts = onEveryBody(() =>
        Object.entries(texts).map(([what, body]) => ({ what, body, statuses: [400], field: 'body' })),
      );
      assert.deepEqual(await deviations(attempts), []);
    });

    it('that is JSON and no object is a 400 that names the body', async () => {
      const texts = ['null', '[]', '"text"', '1', 'true', '[[[]]]', '1e999'];
      const attempts = onEveryBody(() =>
        texts.map((body) => ({ what: body, body, statuses: [400], field: 'body' })),
      );
      assert.deepEqual(await deviations(attempts), []);
    });

    it('that is empty is a 400, and of another type a 415', async () => {
      const attempts = onEveryBody((_route, valid) => [
        { what: 'an empty body', body: '', statuses: [400], field: 'body' },
        { what: 'white space', body: ' \n ', statuses: [400], field: 'body' },
        ...[
          'text/plain',
          'application/x-www-form-urlencoded',
          'multipart/form-data; boundary=x',
          'nonsense',
        ].map((type) => ({
          what: type,
          body: JSON.stringify(valid),
          headers: { 'content-type': type },
          statuses: [415],
        })),
      ]);
      assert.deepEqual(await deviations(attempts), []);
    });

    it('field by field, as the schema does not allow it, is a 400 that names the field', async () => {
      const attempts = withBody().flatMap((route) => {
        const valid = validRequest(route, fixtures).body as object;
        return badBodies(bodySchema(route) as JsonSchema, valid).map(({ what, field, text }) => ({
          what: `${field} ${what}`,
          route,
          body: text,
          statuses: [400],
          field,
        }));
      });
      assert.ok(attempts.length > 250, `${attempts.length} attempts`);
      assert.deepEqual(await deviations(attempts), []);
    });

    it('with keys that mean something to JavaScript is a 400 that names them', async () => {
      const keys = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', ''];
      const attempts = onEveryBody((_route, valid) =>
        keys.map((key) => ({
          what: JSON.stringify(key),
          body: `${JSON.stringify(valid).slice(0, -1)}, ${JSON.stringify(key)}: {"role": "admin"}}`,
          statuses: [400],
          field: key,
        })),
      );
      assert.deepEqual(await deviations(attempts), []);
    });

    it('with a key twice is judged by the last one', async () => {
      const attempts = onEveryBody((_route, valid) => {
        const [first] = Object.keys(valid);
        const body = `${JSON.stringify(valid).slice(0, -1)}, ${JSON.stringify(first)}: {"no": 1}}`;
        return [{ what: 'the last is wrong', body, statuses: [400], field: first }];
      });
      assert.deepEqual(await deviations(attempts), []);
    });

    it('ten thousand levels deep is a 400', async () => {
      const deep = (open: string, close: string) => `${open.repeat(10_000)}1${close.repeat(10_000)}`;
      const attempts = onEveryBody((_route, valid) => {
        const [first = ''] = Object.keys(valid);
        const inside = (text: string) => `{"${first}": ${text}}`;
        return [
          { what: 'arrays', body: deep('[', ']'), statuses: [400], field: 'body' },
          { what: 'objects', body: deep('{"a":', '}'), statuses: [400] },
          { what: 'arrays in a field', body: inside(deep('[', ']')), statuses: [400] },
          { what: 'objects in a field', body: inside(deep('{"a":', '}')), statuses: [400] },
        ];
      });
      assert.deepEqual(await deviations(attempts), []);
    });

    it('that is huge is a 413', async () => {
      const attempts = onEveryBody((_route, valid) => [
        {
          what: 'a long text',
          body: JSON.stringify({ ...valid, filler: 'x'.repeat(200_000) }),
          statuses: [413],
        },
        { what: 'a megabyte of white space', body: `${' '.repeat(1_000_000)}{}`, statuses: [413] },
      ]);
      const webhook = routes.find(({ operationId }) => operationId === 'paymentWebhook') as GatewayRoute;
      const raw = { what: 'raw bytes', route: webhook, body: 'x'.repeat(200_000), statuses: [413] };
      assert.deepEqual(await deviations([...attempts, raw]), []);
    });

    it('with half a character is refused or taken, and never a 5xx', async () => {
      const attempts = onEveryBody((_route, valid) =>
        Object.entries(valid)
          .filter(([, value]) => typeof value === 'string')
          .flatMap(([key]) =>
            ['\\ud800', 'a\\udfff b', '\\udc00\\ud800'].map((half) => ({
              what: `${key} ${half}`,
              body: JSON.stringify({ ...valid, [key]: 'HALF' }).replace('"HALF"', `"${half}"`),
              statuses: [200, 201, 400, 401, 409],
            })),
          ),
      );
      assert.deepEqual(await deviations(attempts), []);
    });

    it('of bytes that are no UTF-8 is refused or taken, and never a 5xx', async () => {
      for (const route of withBody()) {
        const bytes = Buffer.from('{"username": "\xff\xfe\xc0\x80", "name": "\xed\xa0\x80"}', 'latin1');
        const token = tokenFor(route);
        const response = await fetch(shop.url + validRequest(route, fixtures).path, {
          method: route.method,
          headers: {
            'content-type': 'application/json',
            ...(token !== undefined && { authorization: `Bearer ${token}` }),
          },
          body: bytes,
        });
        assert.equal(response.status, 400, route.operationId);
      }
    });
  });

  describe('in a query', () => {
    const withQuery = () => routes.filter((route) => parameters(route, 'query').length > 0);
    const onEveryQuery = (queries: readonly [string, string, string][]) =>
      withQuery().flatMap((route) =>
        queries.map(([what, query, field]) => ({
          what,
          route,
          path: `${validRequest(route, fixtures).path}?${query}`,
          statuses: [400],
          field,
        })),
      );

    it('with a wrong limit is a 400 that names it', async () => {
      const limits = [
        '0',
        '-1',
        '101',
        '1.5',
        '1e3',
        'abc',
        'NaN',
        'Infinity',
        '',
        '%00',
        '1%00',
        '9'.repeat(400),
      ];
      const queries = limits.map(
        (limit) => [`limit ${limit}`, `limit=${limit}`, 'limit'] as [string, string, string],
      );
      assert.deepEqual(
        await deviations(onEveryQuery([...queries, ['two limits', 'limit=1&limit=2', 'limit']])),
        [],
      );
    });

    it('with a cursor that no list gave is a 400 that names it', async () => {
      const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
      const values: unknown[] = [
        null,
        1,
        'text',
        true,
        {},
        [],
        [1],
        [null, null, null],
        [{}, [], 'x'],
        [1, 2, 3],
        ['a\u0000b', 'c', 'd'],
        ['a', '\u0000', 'd'],
        ['a', 'b', 'c', 'd'],
        [unknownOrder, unknownOrder],
        [[], [], []],
        { length: 3 },
        [['a'], ['b'], ['c']],
      ];
      const raw = ['', 'x', '%00', '%F0%9F%98%80', '[]', 'a'.repeat(1_001), 'AAAA', '%ff'];
      const cursors = [...raw, ...values.map(encoded), Buffer.from('{"a":').toString('base64url')];
      const queries = cursors.map(
        (cursor) => [`cursor ${cursor}`, `cursor=${cursor}`, 'cursor'] as [string, string, string],
      );
      assert.deepEqual(
        await deviations(onEveryQuery([...queries, ['two', 'cursor=a&cursor=b', 'cursor']])),
        [],
      );
    });

    it('with a parameter that is not known is a 400 that names it', async () => {
      const names = ['nonsense', 'Limit', 'limit[]', 'toString', 'constructor', '__proto__', '$where'];
      const queries = names.map(
        (name) => [name, `${encodeURIComponent(name)}=1`, name] as [string, string, string],
      );
      assert.deepEqual(await deviations(onEveryQuery(queries)), []);
      const none = routes.filter(
        (route) => route.method === 'GET' && parameters(route, 'query').length === 0,
      );
      const attempts = none.map((route) => ({
        what: 'a query where none is',
        route,
        path: `${validRequest(route, fixtures).path}?x=1`,
        statuses: [400],
        field: 'x',
      }));
      assert.deepEqual(await deviations(attempts), []);
    });

    it('of the catalogue with wrong prices, sorts and texts is a 400 that names the field', async () => {
      const route = routes.find(({ operationId }) => operationId === 'listProducts') as GatewayRoute;
      const queries: [string, string][] = [
        ['minPrice=-1', 'minPrice'],
        ['minPrice=0.5', 'minPrice'],
        ['maxPrice=NaN', 'maxPrice'],
        ['maxPrice=1e99', 'maxPrice'],
        ['minPrice=2&maxPrice=1', 'maxPrice'],
        ['sort=best', 'sort'],
        ['sort=', 'sort'],
        ['q=', 'q'],
        ['q=%20', 'q'],
        ['q=%00', 'q'],
        ['q=a%00b', 'q'],
        [`q=${'x'.repeat(201)}`, 'q'],
        ['q=a&q=b', 'q'],
        ['category=', 'category'],
        ['category=a%00', 'category'],
        [`category=${'x'.repeat(101)}`, 'category'],
        ['sku=%00', 'sku'],
      ];
      const attempts = queries.map(([query, field]) => ({
        what: query,
        route,
        path: `/api/products?${query}`,
        statuses: [400],
        field,
      }));
      assert.deepEqual(await deviations(attempts), []);
    });

    it('of the catalogue in any characters is answered', async () => {
      const route = routes.find(({ operationId }) => operationId === 'listProducts') as GatewayRoute;
      const queries = [
        '%zz',
        '%',
        '%e2%82',
        '%ff%fe',
        '%ED%A0%80',
        "'",
        "');drop table product;--",
        '!',
        '%26',
        '| |',
        ':*',
        'a:*b',
        '(',
        '\\',
        '%5C',
        '"',
        '%22a',
        '-',
        '<->',
        '%25',
        '_',
        'a%0Ab',
        '%F0%9F%98%80',
        'the and or',
        '%E2%80%AE',
        '*'.repeat(200),
      ];
      const attempts = queries.flatMap((text) =>
        ['q', 'category'].map((name) => ({
          what: `${name} ${text}`,
          route,
          path: `/api/products?${name}=${text.slice(0, 100)}`,
          statuses: [200],
        })),
      );
      assert.deepEqual(await deviations(attempts), []);
    });
  });

  describe('in a path', () => {
    it('with an id that is none is a 400 that names it', async () => {
      const ids = [
        'x',
        '1',
        '-1',
        'null',
        'undefined',
        '%00',
        'a%00b',
        '..%2f..%2fetc',
        '%F0%9F%98%80',
        "'",
        '%27%20or%201=1',
        '{id}',
        '*',
        '%25',
        '%20',
        'ORD-1',
        'PRD-1',
        'USR-1',
        `ORD-${'0'.repeat(25)}`,
        `PRD-${'0'.repeat(27)}`,
        `USR-${'o'.repeat(26)}`,
        'a'.repeat(150),
      ];
      const attempts = routes
        .filter(({ path }) => path.includes('{'))
        .flatMap((route) => {
          const name = /\{(\w+)\}/.exec(route.path)?.[1] as string;
          const body = validRequest(route, fixtures).body;
          return ids.map((id) => ({
            what: id,
            route,
            path: route.path.replace(/\{\w+\}/, id),
            body: body && JSON.stringify(body),
            statuses: [400],
            field: name,
          }));
        });
      assert.deepEqual(await deviations(attempts), []);
    });

    it('that is too long or cannot be decoded is a 400, 404 or 414, as a problem', async () => {
      const ids = ['%zz', '%', '%e0%a4%a', '%ff', '%c3%28', 'a'.repeat(201), 'a'.repeat(4_000), '%2f', ''];
      const attempts = routes
        .filter(({ path, method }) => path.includes('{') && method === 'GET')
        .flatMap((route) =>
          ids.map((id) => ({
            what: id.slice(0, 20),
            route,
            path: route.path.replace(/\{\w+\}/, id),
            statuses: [400, 404, 414],
          })),
        );
      assert.deepEqual(await deviations(attempts), []);
    });

    it('that nobody serves is a 404, and a method that is not for it a 404 or 405', async () => {
      const route = routes.find(({ operationId }) => operationId === 'listProducts') as GatewayRoute;
      const paths = ['/api', '/api/', '/api/nothing', '/API/PRODUCTS', '//api/products', '/.env'];
      assert.deepEqual(
        await deviations(paths.map((path) => ({ what: path, route, path, statuses: [404] }))),
        [],
      );
      for (const method of ['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND']) {
        const { status } = await shop.client.call(method, '/api/products');
        assert.ok(status === 405 || status === 404, `${method} is ${status}`);
      }
    });
  });

  describe('in headers', () => {
    it('an Idempotency-Key that is none is a 400 that names it', async () => {
      const route = routes.find(({ operationId }) => operationId === 'placeOrder') as GatewayRoute;
      const body = JSON.stringify(validRequest(route, fixtures).body);
      const keys = ['', 'a b', 'a\tb', 'x'.repeat(256), 'caf\u00e9'];
      const attempts = keys.map((key) => ({
        what: key.slice(0, 10),
        route,
        body,
        headers: { 'idempotency-key': key },
        statuses: [400],
        field: 'idempotency-key',
      }));
      assert.deepEqual(await deviations(attempts), []);
    });

    it('of any length and content are refused or ignored, and never a 5xx', async () => {
      const values = {
        traceparent: [
          'nonsense',
          '00-0-0-00',
          `00-${'f'.repeat(32)}-${'f'.repeat(16)}-ff`,
          'x'.repeat(5_000),
          '',
        ],
        'x-request-id': ['\u00e9', 'x'.repeat(5_000), 'a b', '"'],
        'x-forwarded-for': [
          'nonsense',
          '1.2.3.4, ::1, \u00e9',
          '::ffff:1.2.3.4',
          'x'.repeat(5_000),
          '%',
          ',',
        ],
        'if-none-match': ['nonsense', '"', 'W/', '*', 'x'.repeat(5_000)],
        'if-match': ['nonsense', '"', 'W/', 'x'.repeat(5_000)],
        accept: ['nonsense', 'application/xml', ';;;'],
        'accept-encoding': ['nonsense', ';q=nonsense'],
        'accept-language': ['\u00e9', 'x'.repeat(5_000)],
        origin: ['null', 'nonsense', 'https://evil.example'],
        'content-encoding': ['gzip', 'nonsense'],
        range: ['bytes=5-1', 'nonsense'],
        forwarded: ['for=nonsense'],
        cookie: ['x'.repeat(5_000)],
      };
      const attempts = routes
        .filter(({ method, operationId }) => method === 'GET' || operationId === 'placeOrder')
        .flatMap((route) => {
          const body = validRequest(route, fixtures).body;
          return Object.entries(values).flatMap(([name, list]) =>
            list.map((value) => ({
              what: `${name}: ${value.slice(0, 20)}`,
              route,
              body: body && JSON.stringify(body),
              headers: { [name]: value },
              statuses: [200, 201, 304, 400, 412, 415, 431],
            })),
          );
        });
      assert.deepEqual(await deviations(attempts), []);
    });

    it('If-Match that fits nothing is a 412 for a change', async () => {
      const route = routes.find(({ operationId }) => operationId === 'replaceProduct') as GatewayRoute;
      const body = JSON.stringify(validRequest(route, fixtures).body);
      const attempts = ['nonsense', '"', '""', 'W/"x"', 'x'.repeat(5_000)].map((value) => ({
        what: value.slice(0, 10),
        route,
        body,
        headers: { 'if-match': value },
        statuses: [412],
      }));
      assert.deepEqual(await deviations(attempts), []);
    });

    it('that are far too long are a 431 or another refusal, also near the limit', async () => {
      const route = routes.find(({ operationId }) => operationId === 'listOrders') as GatewayRoute;
      const lengths = [
        8_000, 12_000, 14_000, 15_000, 15_400, 15_600, 15_800, 16_000, 16_300, 17_000, 30_000, 100_000,
      ];
      const attempts = lengths.map((length) => ({
        what: `${length} characters`,
        route,
        headers: { 'x-long': 'x'.repeat(length) },
        statuses: [200, 400, 413, 431],
      }));
      assert.deepEqual(await deviations(attempts), []);
    });

    it('that come twice are refused or joined, and never a 5xx', async () => {
      const url = new URL('/api/orders', shop.url);
      for (const name of [
        'authorization',
        'traceparent',
        'x-request-id',
        'idempotency-key',
        'x-forwarded-for',
        'accept',
      ]) {
        const status = await new Promise<number>((resolve, reject) => {
          const headers = [
            'host',
            url.host,
            'authorization',
            `Bearer ${fixtures.owner.token}`,
            name,
            'one',
            name,
            'two',
          ];
          const request = httpRequest(url, { headers }, (response) => {
            response.resume();
            resolve(response.statusCode ?? 0);
          });
          request.on('error', reject);
          request.end();
        });
        assert.ok([200, 400, 401].includes(status), `${name} twice is ${status}`);
      }
    });
  });

  localOnly(
    'of any kind whatever is a problem document or a success, and never a 5xx',
    'it would use up a deployed shop’s limits for logins and requests',
    async () => {
      const special = fc.constantFrom(
        '\u0000',
        '\ud800',
        '__proto__',
        '\u202e',
        'NaN',
        '-0',
        '1e999',
        "'",
        '%',
      );
      const some = fc.string({ unit: 'binary', maxLength: 20 });
      const text = fc.oneof(
        some,
        fc.tuple(some, special, some).map((parts) => parts.join('')),
        fc.constantFrom('', ' ', '\u0000', 'a'.repeat(300)),
      );
      const json = fc.jsonValue({ maxDepth: 3 });
      const value = fc.oneof(text, text, json, fc.integer(), fc.double());
      const cursor = json.map((each) => Buffer.from(JSON.stringify(each)).toString('base64url'));
      const parameter = fc.oneof(
        fc.tuple(fc.constant('cursor'), cursor),
        fc.tuple(fc.constantFrom('limit', 'cursor', 'q', 'sort', 'userId', 'category', 'minPrice'), text),
        fc.tuple(text, text),
      );
      const rarely = <Value>(arbitrary: fc.Arbitrary<Value>) =>
        fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
      const attempt = fc.record({
        route: fc.nat({ max: 10_000 }).map((index) => routes[index % routes.length] as GatewayRoute),
        /** Which of the valid body's fields to put something else into, and what. */
        changes: fc.array(fc.tuple(fc.nat({ max: 8 }), value), { minLength: 1, maxLength: 3 }),
        extra: rarely(fc.tuple(text, value)),
        whole: rarely(value),
        id: rarely(text),
        query: rarely(fc.array(parameter, { minLength: 1, maxLength: 3 })),
        key: rarely(fc.string({ maxLength: 20 })),
      });
      await fc.assert(
        fc.asyncProperty(attempt, async ({ route, changes, extra, whole, id, query, key }) => {
          // What the other cases are about must stay.
          if (id === undefined && route.method === 'DELETE') return;
          const valid = validRequest(route, fixtures);
          const body: Record<string, unknown> = { ...valid.body };
          const names = Object.keys(body);
          for (const [index, other] of changes) {
            const name = names[index % Math.max(names.length, 1)];
            if (name !== undefined && !(route.operationId === 'updateUser' && name === 'password'))
              body[name] = other;
          }
          if (extra) Object.defineProperty(body, extra[0], { value: extra[1], enumerable: true });
          const segment =
            id === undefined ? undefined : encodeURIComponent(id.toWellFormed()).replace(/^\.{1,2}$/, 'x');
          const path = segment === undefined ? valid.path : route.path.replace(/\{\w+\}/, () => segment);
          const search = (query ?? []).map(([name, one]) =>
            [name, one].map((each) => encodeURIComponent(each.toWellFormed())).join('='),
          );
          const hasBody = valid.body !== undefined;
          const answer = await send({
            route,
            path: search.length > 0 ? `${path}?${search.join('&')}` : path,
            body: hasBody ? JSON.stringify(whole === undefined ? body : whole) : undefined,
            headers: key === undefined ? {} : { 'idempotency-key': encodeURIComponent(key) },
          });
          const said = `${route.operationId} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`;
          assert.ok(answer.status < 500, said);
          if (answer.status >= 400) assert.ok(isProblem(answer), said);
        }),
        { numRuns: 600, interruptAfterTimeLimit: 12_000, markInterruptAsFailure: false },
      );
    },
  );

  localOnly(
    'leaves no failure in the logs and a shop that is ready',
    'logs are read on this machine',
    async () => {
      assert.equal((await shop.client.call('GET', '/ready')).status, 200);
      const { output } = (shop.local as NonNullable<Target['local']>).shop;
      const failures = output()
        .split('\n')
        .filter((line) => /"level":"(error|fatal)"/.test(line));
      assert.deepEqual(failures, []);
    },
  );
});
