/**
 * The HTTP edge of a Lambda function behind a stand-in for API Gateway: every route of the functions reaches its
 * handler with its parameters, query and body. It does not prove what API Gateway itself does to a request.
 */
import assert from 'node:assert/strict';
import { apiRoutes } from '../../../runtime/contracts/api/index.ts';
import { createHttpEdge } from '../../../runtime/edges/aws/http.ts';
import type { WireReply, WireRequest } from '../../../runtime/http/dispatch.ts';
import { maxBodyBytes } from '../../../runtime/http/limits.ts';
import type { Route } from '../../../runtime/http/route.ts';
import { type HttpFront, startHttpFront } from '../../../stand-ins/lambda/http-front.ts';

const ofFunctions = apiRoutes.filter(({ service }) => service !== 'user' && service !== 'product');

describe('the HTTP edge of a Lambda function', () => {
  let seen: { operationId: string; wire: WireRequest }[];
  let reply: WireReply;
  let front: HttpFront;

  const routes = ofFunctions.map(
    (spec): Route => ({ spec, handle: () => Promise.reject(new Error('unused')) }),
  );
  const edge = createHttpEdge(routes, ({ spec }, wire) => {
    seen.push({ operationId: spec.operationId, wire });
    return reply;
  });
  const invoke = (event: unknown) => edge(event as Parameters<typeof edge>[0]);

  before(async () => {
    const others = [
      { method: 'GET', path: '/health' },
      { method: 'GET', path: '/api/nowhere' },
    ];
    front = await startHttpFront(
      [...ofFunctions, ...others].map(({ method, path }) => ({ method, path, invoke })),
    );
  });
  after(() => front.stop());
  beforeEach(() => {
    seen = [];
    reply = { status: 200, headers: { 'content-type': 'application/json' }, body: '{"ok":true}' };
  });

  it('has routes to prove this with', () => assert.ok(ofFunctions.length >= 7, `${ofFunctions.length}`));

  for (const { operationId, method, path } of ofFunctions) {
    it(`hands ${method} ${path} to ${operationId}`, async () => {
      const params = Object.fromEntries(
        [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => [name, `${name} ü/1`]),
      );
      const target = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
      const hasBody = method !== 'GET' && method !== 'DELETE';
      const response = await fetch(`${front.url}${target}?a=1&a=2&b=x%20y`, {
        method,
        headers: { 'content-type': 'application/json', Authorization: 'Bearer x' },
        ...(hasBody && { body: '{"text":"ü"}' }),
      });
      assert.deepEqual([response.status, await response.json()], [200, { ok: true }]);
      const [request] = seen;
      assert.equal(request?.operationId, operationId);
      assert.deepEqual({ ...request?.wire.params }, params);
      assert.deepEqual({ ...request?.wire.query }, { a: ['1', '2'], b: 'x y' });
      assert.equal(request?.wire.headers.authorization, 'Bearer x');
      assert.equal(request?.wire.address, '127.0.0.1');
      assert.equal(request?.wire.body?.toString(), hasBody ? '{"text":"ü"}' : undefined);
    });
  }

  it('takes a body that is no text byte by byte, and answers with bytes', async () => {
    const bytes = Buffer.from([0, 255, 254, 10, 13, 200]);
    reply = { status: 201, headers: { 'content-type': 'application/octet-stream' }, body: bytes };
    const response = await fetch(`${front.url}/api/payments/webhook`, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: bytes,
    });
    assert.equal(response.status, 201);
    assert.deepEqual(Buffer.from(await response.arrayBuffer()), bytes);
    assert.deepEqual(seen[0]?.wire.body, bytes);
  });

  it('answers without a body', async () => {
    reply = { status: 204, headers: {} };
    const response = await fetch(`${front.url}/api/orders`);
    assert.deepEqual([response.status, await response.text()], [204, '']);
  });

  it('is healthy', async () => {
    const response = await fetch(`${front.url}/health`);
    assert.deepEqual([response.status, await response.json()], [200, { status: 'ok' }]);
  });

  it('answers 404 as a problem for a route that is not its own', async () => {
    const response = await fetch(`${front.url}/api/nowhere`);
    assert.equal(response.status, 404);
    assert.equal(response.headers.get('content-type'), 'application/problem+json');
  });

  it('answers 413 as a problem for a body over the limit', async () => {
    const post = (bytes: number) =>
      fetch(`${front.url}/api/orders`, { method: 'POST', body: Buffer.alloc(bytes, 'x') });
    assert.equal((await post(maxBodyBytes)).status, 200);
    const response = await post(maxBodyBytes + 1);
    assert.equal(response.status, 413);
    assert.equal(response.headers.get('content-type'), 'application/problem+json');
  });
});
