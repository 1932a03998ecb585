// Proves: what reaches an upstream and what comes back, header by header and byte by byte, over real sockets;
// routes, request ids and traces. Does not prove behaviour under load.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import {
  closeAll,
  everyService,
  type Issuer,
  startGateway,
  startIssuer,
  startUpstream,
  type TestUpstream,
} from './harness.ts';

describe('the gateway forwards', () => {
  let issuer: Issuer;
  let upstream: TestUpstream;
  let gateway: string;
  const large = randomBytes(3_000_000);

  before(async () => {
    issuer = await startIssuer();
    upstream = await startUpstream((request, response) => {
      if (request.url?.startsWith('/api/products/large')) return response.end(large);
      if (request.url?.startsWith('/api/products/gone'))
        return response.writeHead(304, { etag: '"1"' }).end();
      response.writeHead(201, {
        'content-type': 'application/json',
        'x-made-by': 'upstream',
        'x-hop': 'secret',
        connection: 'keep-alive, x-hop',
        'x-request-id': 'not-this-one',
      });
      response.end('{"made":true}');
    });
    gateway = await startGateway(upstream.url, issuer);
  });
  after(closeAll);

  const last = () => {
    const seen = upstream.seen.at(-1);
    assert.ok(seen);
    return seen;
  };

  it('method, path, query, body and headers, and the answer', async () => {
    const body = JSON.stringify({ username: 'ann', password: 'correct horse' });
    const response = await fetch(`${gateway}/api/users/login?x=%2F%20y`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'k1' },
      body,
    });
    assert.equal(response.status, 201);
    assert.equal(response.headers.get('x-made-by'), 'upstream');
    assert.equal(await response.text(), '{"made":true}');
    const seen = last();
    assert.deepEqual([seen.method, seen.url, seen.body], ['POST', '/api/users/login?x=%2F%20y', body]);
    assert.equal(seen.headers['content-type'], 'application/json');
    assert.equal(seen.headers['idempotency-key'], 'k1');
  });

  it('large answers whole', async () => {
    const response = await fetch(`${gateway}/api/products/large`);
    assert.ok(large.equals(Buffer.from(await response.arrayBuffer())));
  });

  it('answers without a body, and HEAD', async () => {
    const notModified = await fetch(`${gateway}/api/products/gone`, { headers: { 'if-none-match': '"1"' } });
    assert.deepEqual([notModified.status, notModified.headers.get('etag')], [304, '"1"']);
    assert.equal(last().headers['if-none-match'], '"1"');
    const head = await fetch(`${gateway}/api/products`, { method: 'HEAD' });
    assert.deepEqual([head.status, await head.text()], [201, '']);
    assert.equal(last().method, 'HEAD');
  });

  it('a sane request id both ways, and makes one in place of any other', async () => {
    const given = await fetch(`${gateway}/api/products`, { headers: { 'x-request-id': 'my-id.1' } });
    assert.equal(given.headers.get('x-request-id'), 'my-id.1');
    assert.equal(last().headers['x-request-id'], 'my-id.1');
    for (const bad of ['', 'with space', 'x'.repeat(129), '<script>']) {
      const made = await fetch(`${gateway}/api/products`, { headers: { 'x-request-id': bad } });
      assert.match(made.headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/);
      assert.equal(last().headers['x-request-id'], made.headers.get('x-request-id'));
    }
  });

  it('a trace: continues the caller’s, begins one otherwise, and tells its id', async () => {
    const traceId = randomBytes(16).toString('hex');
    const spanId = randomBytes(8).toString('hex');
    const continued = await fetch(`${gateway}/api/products`, {
      headers: { traceparent: `00-${traceId}-${spanId}-01` },
    });
    assert.equal(continued.headers.get('x-trace-id'), traceId);
    const passed = /^00-([0-9a-f]{32})-([0-9a-f]{16})-01$/.exec(last().headers.traceparent as string);
    assert.equal(passed?.[1], traceId);
    assert.notEqual(passed?.[2], spanId, 'the upstream’s parent is the gateway’s own span');

    for (const traceparent of [undefined, 'garbage', `00-${'0'.repeat(32)}-${spanId}-01`]) {
      const fresh = await fetch(`${gateway}/api/products`, { headers: traceparent ? { traceparent } : {} });
      const own = fresh.headers.get('x-trace-id') ?? '';
      assert.match(own, /^(?!0{32})[0-9a-f]{32}$/);
      assert.equal((last().headers.traceparent as string).slice(3, 35), own);
    }
  });

  it('no forwarded header that a caller made up, and no hop-by-hop header', async () => {
    const socket = connect(Number(new URL(gateway).port), '127.0.0.1');
    socket.write(
      [
        'GET /api/products HTTP/1.1',
        'host: shop.test',
        'x-forwarded-for: 6.6.6.6',
        'x-forwarded-host: evil.test',
        'x-forwarded-proto: https',
        'X-Forwarded-Anything: 1',
        'forwarded: for=6.6.6.6',
        'x-real-ip: 6.6.6.6',
        'proxy-authorization: Basic eA==',
        'te: trailers',
        'upgrade: h2c',
        'x-private: 1',
        'x-kept: 1',
        'connection: close, X-Private',
        '',
        '',
      ].join('\r\n'),
    );
    let answer = '';
    for await (const chunk of socket) answer += chunk;
    assert.match(answer, /^HTTP\/1\.1 201 /);
    assert.doesNotMatch(answer, /x-hop/i);
    const { headers } = last();
    assert.equal(headers['x-forwarded-for'], '127.0.0.1');
    assert.equal(headers['x-kept'], '1');
    assert.notEqual(headers.host, 'shop.test');
    const leaked = Object.keys(headers).filter((name) =>
      /^(x-forwarded-(?!for$).*|forwarded|x-real-ip|proxy-.*|te|upgrade|x-private)$/.test(name),
    );
    assert.deepEqual(leaked, []);
  });

  it('each route to the service that the document names', async () => {
    const names = ['user', 'product', 'order', 'inventory', 'payment'] as const;
    const urls = everyService(upstream.url) as Record<string, string>;
    for (const name of names) {
      const own = await startUpstream((_request, response) => response.end(name));
      urls[name] = own.url;
    }
    const split = await startGateway(upstream.url, issuer, {
      upstreams: urls as ReturnType<typeof everyService>,
    });
    const headers = { authorization: `Bearer ${issuer.token()}` };
    const paths = {
      user: '/.well-known/jwks.json',
      product: '/api/products',
      order: '/api/orders',
      inventory: '/api/inventory/x',
    };
    for (const [name, path] of Object.entries(paths)) {
      assert.equal(await (await fetch(split + path, { headers })).text(), name);
    }
    const webhook = await fetch(`${split}/api/payments/webhook`, { method: 'POST', body: '{}' });
    assert.equal(await webhook.text(), 'payment');
  });

  it('nothing on unknown paths, other methods and undecodable paths: problems', async () => {
    const before = upstream.seen.length;
    const cases: [string, string, number][] = [
      ['GET', '/api/nothing', 404],
      ['GET', '//api/products', 404],
      ['GET', '/api/orders/x/y/z', 404],
      ['GET', '/api/products/%zz', 400],
      ['GET', '/api/products/%ff', 400],
      ['GET', `/api/products/${'x'.repeat(300)}`, 414],
      ['DELETE', '/api/orders', 405],
      ['PUT', '/api/users/login', 405],
    ];
    for (const [method, path, status] of cases) {
      const response = await fetch(gateway + path, { method });
      assert.equal(response.status, status, `${method} ${path}`);
      assert.match(response.headers.get('content-type') ?? '', /^application\/problem\+json/, path);
      assert.equal(((await response.json()) as { status: number }).status, status);
      if (status === 405) assert.ok(response.headers.get('allow'));
    }
    const allowed = await fetch(`${gateway}/api/orders`, { method: 'DELETE' });
    assert.equal(allowed.headers.get('allow'), 'GET, HEAD, POST');
    assert.equal(upstream.seen.length, before);
  });

  it('nothing of what is no HTTP', async () => {
    const before = upstream.seen.length;
    for (const [bytes, status] of [
      ['NONSENSE\r\n\r\n', 400],
      [`GET /api/products HTTP/1.1\r\nhost: x\r\nx-big: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
      [
        'POST /api/users/login HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n',
        400,
      ],
    ] as const) {
      const socket = connect(Number(new URL(gateway).port), '127.0.0.1');
      socket.write(bytes);
      let answer = '';
      socket.on('data', (chunk) => {
        answer += chunk;
      });
      await once(socket, 'close');
      assert.match(answer, new RegExp(`^HTTP/1.1 ${status} .*application/problem\\+json`, 's'));
    }
    assert.equal(upstream.seen.length, before);
  });
});
