// Proves: body limit, rate limit by caller, CORS by configured origin. Does not prove that the limits are the
// right ones for a machine.
import assert from 'node:assert/strict';
import { maxBodyBytes } from '../../../runtime/http/limits.ts';
import {
  closeAll,
  type Issuer,
  startGateway,
  startIssuer,
  startUpstream,
  type TestUpstream,
} from './harness.ts';

describe('the gateway’s limits', () => {
  let issuer: Issuer;
  let upstream: TestUpstream;

  before(async () => {
    issuer = await startIssuer();
    upstream = await startUpstream();
  });
  after(closeAll);

  describe('of a body', () => {
    const post = (gateway: string, body: Buffer<ArrayBuffer> | ReadableStream) =>
      fetch(`${gateway}/api/users/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
        duplex: 'half',
      });

    it('takes a body of just the limit, and answers 413 above it, announced or not', async () => {
      const gateway = await startGateway(upstream.url, issuer);
      const before = upstream.seen.length;
      assert.equal((await post(gateway, Buffer.alloc(maxBodyBytes, 'x'))).status, 200);
      assert.equal(upstream.seen.at(-1)?.body.length, maxBodyBytes);

      const announced = await post(gateway, Buffer.alloc(maxBodyBytes + 1, 'x'));
      assert.equal(announced.status, 413);
      assert.match(announced.headers.get('content-type') ?? '', /^application\/problem\+json/);
      const chunked = await post(gateway, new Blob([Buffer.alloc(maxBodyBytes + 1, 'x')]).stream());
      assert.equal(chunked.status, 413);
      assert.equal(upstream.seen.length, before + 1);
    });
  });

  describe('of requests a minute', () => {
    const statuses = async (times: number, call: () => Promise<Response>) => {
      const found: number[] = [];
      for (let i = 0; i < times; i += 1) found.push((await call()).status);
      return found;
    };

    it('counts by token subject, apart from the address', async () => {
      const gateway = await startGateway(upstream.url, issuer, { requestsPerMinute: 3 });
      const as = (subject: string) => {
        const authorization = `Bearer ${issuer.token({}, { sub: subject })}`;
        return () => fetch(`${gateway}/api/orders`, { headers: { authorization } });
      };
      assert.deepEqual(await statuses(4, as('USR-A')), [200, 200, 200, 429]);
      assert.deepEqual(await statuses(4, as('USR-B')), [200, 200, 200, 429]);
      assert.deepEqual(await statuses(4, () => fetch(`${gateway}/api/products`)), [200, 200, 200, 429]);
    });

    it('says in a problem when to come back, and lets nothing through', async () => {
      const gateway = await startGateway(upstream.url, issuer, { requestsPerMinute: 1 });
      await fetch(`${gateway}/api/products`);
      const before = upstream.seen.length;
      const response = await fetch(`${gateway}/api/products`);
      assert.equal(response.status, 429);
      const seconds = Number(response.headers.get('retry-after'));
      assert.ok(seconds >= 1 && seconds <= 60, `Retry-After: ${response.headers.get('retry-after')}`);
      assert.match(response.headers.get('content-type') ?? '', /^application\/problem\+json/);
      assert.equal(upstream.seen.length, before);
    });

    it('counts refused tokens by address, so that guessing is limited as well', async () => {
      const gateway = await startGateway(upstream.url, issuer, { requestsPerMinute: 2 });
      const guess = () => fetch(`${gateway}/api/orders`, { headers: { authorization: 'Bearer a.b.c' } });
      assert.deepEqual(await statuses(3, guess), [401, 401, 429]);
    });

    it('is off with 0, and never counts health checks', async () => {
      const off = await startGateway(upstream.url, issuer, { requestsPerMinute: 0 });
      assert.deepEqual(new Set(await statuses(20, () => fetch(`${off}/api/products`))), new Set([200]));
      const strict = await startGateway(upstream.url, issuer, { requestsPerMinute: 1 });
      assert.deepEqual(new Set(await statuses(5, () => fetch(`${strict}/health`))), new Set([200]));
    });
  });

  describe('of origins', () => {
    const preflight = (gateway: string, origin: string) =>
      fetch(`${gateway}/api/orders`, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization,idempotency-key',
        },
      });

    it('allows the configured origins, without a token for the preflight', async () => {
      const gateway = await startGateway(upstream.url, issuer, { corsOrigins: ['https://shop.example'] });
      const allowed = await preflight(gateway, 'https://shop.example');
      assert.equal(allowed.status, 204);
      assert.equal(allowed.headers.get('access-control-allow-origin'), 'https://shop.example');
      assert.match(allowed.headers.get('access-control-allow-methods') ?? '', /POST/);
      assert.match(allowed.headers.get('access-control-allow-headers') ?? '', /idempotency-key/);

      const read = await fetch(`${gateway}/api/products`, { headers: { origin: 'https://shop.example' } });
      assert.equal(read.headers.get('access-control-allow-origin'), 'https://shop.example');
      assert.match(read.headers.get('access-control-expose-headers') ?? '', /x-trace-id/);
      const refused = await fetch(`${gateway}/api/orders`, { headers: { origin: 'https://shop.example' } });
      assert.equal(refused.status, 401);
      assert.equal(refused.headers.get('access-control-allow-origin'), 'https://shop.example');
    });

    it('allows no other origin, and none by default', async () => {
      const some = await startGateway(upstream.url, issuer, { corsOrigins: ['https://shop.example'] });
      const none = await startGateway(upstream.url, issuer);
      for (const gateway of [some, none]) {
        for (const origin of ['https://evil.example', 'https://shop.example.evil.example', 'null']) {
          const answer = await preflight(gateway, origin);
          assert.equal(answer.headers.get('access-control-allow-origin'), null, origin);
        }
      }
    });
  });
});
