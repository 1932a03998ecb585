/**
 * Proves, for every route of the OpenAPI document that the shop serves, of a path or an id that is none:
 * it is refused with a 4xx, as an RFC 9457 problem document that names the field where there is one, and never a 5xx.
 * Does not prove: that a well-formed request means something sensible (journeys do), nor anything about what is no
 * HTTP at all (tests/integration/gateway). The routes of the console are not part of it.
 */
import assert from 'node:assert/strict';
import type { GatewayRoute } from '../../runtime/contracts/openapi.ts';
import { type BadInput, badInput } from './support/bad-input.ts';
import { slowness } from './support/deployed.ts';
import { validRequest } from './support/requests.ts';

describe('bad input', function () {
  this.timeout(60_000 * slowness);
  let input: BadInput;
  before(async function () {
    this.timeout(120_000);
    input = await badInput();
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
      const attempts = input.routes
        .filter(({ path }) => path.includes('{'))
        .flatMap((route) => {
          const name = /\{(\w+)\}/.exec(route.path)?.[1] as string;
          const body = validRequest(route, input.fixtures).body;
          return ids.map((id) => ({
            what: id,
            route,
            path: route.path.replace(/\{\w+\}/, id),
            body: body && JSON.stringify(body),
            statuses: [400],
            field: name,
          }));
        });
      assert.deepEqual(await input.deviations(attempts), []);
    });

    it('that is too long or cannot be decoded is a 400, 404 or 414, as a problem', async () => {
      const ids = ['%zz', '%', '%e0%a4%a', '%ff', '%c3%28', 'a'.repeat(201), 'a'.repeat(4_000), '%2f', ''];
      const attempts = input.routes
        .filter(({ path, method }) => path.includes('{') && method === 'GET')
        .flatMap((route) =>
          ids.map((id) => ({
            what: id.slice(0, 20),
            route,
            path: route.path.replace(/\{\w+\}/, id),
            statuses: [400, 404, 414],
          })),
        );
      assert.deepEqual(await input.deviations(attempts), []);
    });

    it('that nobody serves is a 404, and a method that is not for it a 404 or 405', async () => {
      const route = input.routes.find(({ operationId }) => operationId === 'listProducts') as GatewayRoute;
      const paths = ['/api', '/api/', '/api/nothing', '/API/PRODUCTS', '//api/products', '/.env'];
      assert.deepEqual(
        await input.deviations(paths.map((path) => ({ what: path, route, path, statuses: [404] }))),
        [],
      );
      for (const method of ['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND']) {
        const { status } = await input.shop.client.call(method, '/api/products');
        assert.ok(status === 405 || status === 404, `${method} is ${status}`);
      }
    });
  });
});
