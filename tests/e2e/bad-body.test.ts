/**
 * Proves, for every route of the OpenAPI document that the shop serves, of a body that does not follow the route’s schema, field by field:
 * it is refused with a 4xx, as an RFC 9457 problem document that names the field where there is one, and never a 5xx.
 * The bad values are made from the schemas of the document.
 * Does not prove: that a well-formed request means something sensible (journeys do), nor anything about what is no
 * HTTP at all (tests/integration/gateway). The routes of the console are not part of it.
 */
import assert from 'node:assert/strict';
import type { GatewayRoute } from '../../runtime/contracts/openapi.ts';
import { type BadInput, badInput } from './support/bad-input.ts';
import { badBodies, type JsonSchema } from './support/bad-values.ts';
import { slowness } from './support/deployed.ts';
import { validRequest } from './support/requests.ts';

describe('bad input', function () {
  this.timeout(60_000 * slowness);
  let input: BadInput;
  before(async function () {
    this.timeout(120_000);
    input = await badInput();
  });

  it('is tried on every route that takes a body, a query or an id', () => {
    assert.deepEqual(
      input
        .withBody()
        .map(({ operationId }) => operationId)
        .sort(),
      ['createProduct', 'login', 'placeOrder', 'putStock', 'register', 'replaceProduct', 'updateUser'],
    );
    assert.ok(input.routes.some((route) => input.parameters(route, 'query').length > 0));
    assert.ok(input.routes.some((route) => input.parameters(route, 'path').length > 0));
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
      const attempts = input.onEveryBody(() =>
        Object.entries(texts).map(([what, body]) => ({ what, body, statuses: [400], field: 'body' })),
      );
      assert.deepEqual(await input.deviations(attempts), []);
    });

    it('that is JSON and no object is a 400 that names the body', async () => {
      const texts = ['null', '[]', '"text"', '1', 'true', '[[[]]]', '1e999'];
      const attempts = input.onEveryBody(() =>
        texts.map((body) => ({ what: body, body, statuses: [400], field: 'body' })),
      );
      assert.deepEqual(await input.deviations(attempts), []);
    });

    it('that is empty is a 400, and of another type a 415', async () => {
      const attempts = input.onEveryBody((_route, valid) => [
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
      assert.deepEqual(await input.deviations(attempts), []);
    });

    it('field by field, as the schema does not allow it, is a 400 that names the field', async () => {
      const attempts = input.withBody().flatMap((route) => {
        const valid = validRequest(route, input.fixtures).body as object;
        return badBodies(input.bodySchema(route) as JsonSchema, valid).map(({ what, field, text }) => ({
          what: `${field} ${what}`,
          route,
          body: text,
          statuses: [400],
          field,
        }));
      });
      assert.ok(attempts.length > 250, `${attempts.length} attempts`);
      assert.deepEqual(await input.deviations(attempts), []);
    });

    it('with keys that mean something to JavaScript is a 400 that names them', async () => {
      const keys = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', ''];
      const attempts = input.onEveryBody((_route, valid) =>
        keys.map((key) => ({
          what: JSON.stringify(key),
          body: `${JSON.stringify(valid).slice(0, -1)}, ${JSON.stringify(key)}: {"role": "admin"}}`,
          statuses: [400],
          field: key,
        })),
      );
      assert.deepEqual(await input.deviations(attempts), []);
    });

    it('with a key twice is judged by the last one', async () => {
      const attempts = input.onEveryBody((_route, valid) => {
        const [first] = Object.keys(valid);
        const body = `${JSON.stringify(valid).slice(0, -1)}, ${JSON.stringify(first)}: {"no": 1}}`;
        return [{ what: 'the last is wrong', body, statuses: [400], field: first }];
      });
      assert.deepEqual(await input.deviations(attempts), []);
    });

    it('ten thousand levels deep is a 400', async () => {
      const deep = (open: string, close: string) => `${open.repeat(10_000)}1${close.repeat(10_000)}`;
      const attempts = input.onEveryBody((_route, valid) => {
        const [first = ''] = Object.keys(valid);
        const inside = (text: string) => `{"${first}": ${text}}`;
        return [
          { what: 'arrays', body: deep('[', ']'), statuses: [400], field: 'body' },
          { what: 'objects', body: deep('{"a":', '}'), statuses: [400] },
          { what: 'arrays in a field', body: inside(deep('[', ']')), statuses: [400] },
          { what: 'objects in a field', body: inside(deep('{"a":', '}')), statuses: [400] },
        ];
      });
      assert.deepEqual(await input.deviations(attempts), []);
    });

    it('that is huge is a 413', async () => {
      const attempts = input.onEveryBody((_route, valid) => [
        {
          what: 'a long text',
          body: JSON.stringify({ ...valid, filler: 'x'.repeat(200_000) }),
          statuses: [413],
        },
        { what: 'a megabyte of white space', body: `${' '.repeat(1_000_000)}{}`, statuses: [413] },
      ]);
      const webhook = input.routes.find(
        ({ operationId }) => operationId === 'paymentWebhook',
      ) as GatewayRoute;
      const raw = { what: 'raw bytes', route: webhook, body: 'x'.repeat(200_000), statuses: [413] };
      assert.deepEqual(await input.deviations([...attempts, raw]), []);
    });

    it('with half a character is refused or taken, and never a 5xx', async () => {
      const attempts = input.onEveryBody((_route, valid) =>
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
      assert.deepEqual(await input.deviations(attempts), []);
    });

    it('of bytes that are no UTF-8 is refused or taken, and never a 5xx', async () => {
      for (const route of input.withBody()) {
        const bytes = Buffer.from('{"username": "\xff\xfe\xc0\x80", "name": "\xed\xa0\x80"}', 'latin1');
        const token = input.tokenFor(route);
        const response = await fetch(input.shop.url + validRequest(route, input.fixtures).path, {
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
});
