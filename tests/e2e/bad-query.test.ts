/**
 * Proves, for every route of the OpenAPI document that the shop serves, of a query that does not follow the route’s schema:
 * it is refused with a 4xx, as an RFC 9457 problem document that names the field where there is one, and never a 5xx.
 * Does not prove: that a well-formed request means something sensible (journeys do), nor anything about what is no
 * HTTP at all (tests/integration/gateway). The routes of the console are not part of it.
 */
import assert from 'node:assert/strict';
import type { GatewayRoute } from '../../runtime/contracts/openapi.ts';
import { type BadInput, badInput } from './support/bad-input.ts';
import { slowness } from './support/deployed.ts';
import { validRequest } from './support/requests.ts';

const unknownOrder = `ORD-${'0'.repeat(26)}`;

describe('bad input', function () {
  this.timeout(60_000 * slowness);
  let input: BadInput;
  before(async function () {
    this.timeout(120_000);
    input = await badInput();
  });

  describe('in a query', () => {
    const withQuery = () => input.routes.filter((route) => input.parameters(route, 'query').length > 0);
    const onEveryQuery = (queries: readonly [string, string, string][]) =>
      withQuery().flatMap((route) =>
        queries.map(([what, query, field]) => ({
          what,
          route,
          path: `${validRequest(route, input.fixtures).path}?${query}`,
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
        await input.deviations(onEveryQuery([...queries, ['two limits', 'limit=1&limit=2', 'limit']])),
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
        await input.deviations(onEveryQuery([...queries, ['two', 'cursor=a&cursor=b', 'cursor']])),
        [],
      );
    });

    it('with a parameter that is not known is a 400 that names it', async () => {
      const names = ['nonsense', 'Limit', 'limit[]', 'toString', 'constructor', '__proto__', '$where'];
      const queries = names.map(
        (name) => [name, `${encodeURIComponent(name)}=1`, name] as [string, string, string],
      );
      assert.deepEqual(await input.deviations(onEveryQuery(queries)), []);
      const none = input.routes.filter(
        (route) => route.method === 'GET' && input.parameters(route, 'query').length === 0,
      );
      const attempts = none.map((route) => ({
        what: 'a query where none is',
        route,
        path: `${validRequest(route, input.fixtures).path}?x=1`,
        statuses: [400],
        field: 'x',
      }));
      assert.deepEqual(await input.deviations(attempts), []);
    });

    it('of the catalogue with wrong prices, sorts and texts is a 400 that names the field', async () => {
      const route = input.routes.find(({ operationId }) => operationId === 'listProducts') as GatewayRoute;
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
      assert.deepEqual(await input.deviations(attempts), []);
    });

    it('of the catalogue in any characters is answered', async () => {
      const route = input.routes.find(({ operationId }) => operationId === 'listProducts') as GatewayRoute;
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
      assert.deepEqual(await input.deviations(attempts), []);
    });
  });
});
