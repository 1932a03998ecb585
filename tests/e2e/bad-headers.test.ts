/**
 * Proves, for every route of the OpenAPI document that the shop serves, of headers that are none, too long or there twice:
 * it is refused with a 4xx, as an RFC 9457 problem document that names the field where there is one, and never a 5xx.
 * Does not prove: that a well-formed request means something sensible (journeys do), nor anything about what is no
 * HTTP at all (tests/integration/gateway). The routes of the console are not part of it.
 */
import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
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

  describe('in headers', () => {
    it('an Idempotency-Key that is none is a 400 that names it', async () => {
      const route = input.routes.find(({ operationId }) => operationId === 'placeOrder') as GatewayRoute;
      const body = JSON.stringify(validRequest(route, input.fixtures).body);
      const keys = ['', 'a b', 'a\tb', 'x'.repeat(256), 'caf\u00e9'];
      const attempts = keys.map((key) => ({
        what: key.slice(0, 10),
        route,
        body,
        headers: { 'idempotency-key': key },
        statuses: [400],
        field: 'idempotency-key',
      }));
      assert.deepEqual(await input.deviations(attempts), []);
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
      const attempts = input.routes
        .filter(({ method, operationId }) => method === 'GET' || operationId === 'placeOrder')
        .flatMap((route) => {
          const body = validRequest(route, input.fixtures).body;
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
      assert.deepEqual(await input.deviations(attempts), []);
    });

    it('If-Match that fits nothing is a 412 for a change', async () => {
      const route = input.routes.find(({ operationId }) => operationId === 'replaceProduct') as GatewayRoute;
      const body = JSON.stringify(validRequest(route, input.fixtures).body);
      const attempts = ['nonsense', '"', '""', 'W/"x"', 'x'.repeat(5_000)].map((value) => ({
        what: value.slice(0, 10),
        route,
        body,
        headers: { 'if-match': value },
        statuses: [412],
      }));
      assert.deepEqual(await input.deviations(attempts), []);
    });

    it('that are far too long are a 431 or another refusal, also near the limit', async () => {
      const route = input.routes.find(({ operationId }) => operationId === 'listOrders') as GatewayRoute;
      const lengths = [
        8_000, 12_000, 14_000, 15_000, 15_400, 15_600, 15_800, 16_000, 16_300, 17_000, 30_000, 100_000,
      ];
      const attempts = lengths.map((length) => ({
        what: `${length} characters`,
        route,
        headers: { 'x-long': 'x'.repeat(length) },
        statuses: [200, 400, 413, 431],
      }));
      assert.deepEqual(await input.deviations(attempts), []);
    });

    it('that come twice are refused or joined, and never a 5xx', async () => {
      const url = new URL('/api/orders', input.shop.url);
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
            `Bearer ${input.fixtures.owner.token}`,
            name,
            'one',
            name,
            'two',
          ];
          const ask = url.protocol === 'https:' ? httpsRequest : httpRequest;
          const request = ask(url, { headers }, (response) => {
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
});
