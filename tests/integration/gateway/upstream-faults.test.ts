// Proves: what a caller sees when an upstream is down, dies while answering, is slow, or comes back; and that no
// request that may have had an effect is sent twice. Does not prove the services' own recovery.
import assert from 'node:assert/strict';
import { createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../support/free-port.ts';
import { closeAll, type Issuer, startGateway, startIssuer, startUpstream, stopServer } from './harness.ts';

async function problemOf(response: Response): Promise<{ status: number; detail: string }> {
  assert.match(response.headers.get('content-type') ?? '', /^application\/problem\+json/);
  return (await response.json()) as { status: number; detail: string };
}

/** A server that speaks as told, connection by connection, and counts the requests it got. */
async function startRaw(onRequest: (socket: Socket, count: number) => void) {
  let count = 0;
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', () => {
      count += 1;
      onRequest(socket, count);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return { url: `http://127.0.0.1:${port}`, count: () => count, close: () => server.close() };
}

const full = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}';

describe('the gateway when an upstream', () => {
  let issuer: Issuer;
  before(async () => {
    issuer = await startIssuer();
  });
  after(closeAll);

  const login = (gateway: string) => fetch(`${gateway}/api/users/login`, { method: 'POST', body: '{}' });

  it('is down: 503 with Retry-After; and goes on when it is back', async () => {
    const port = await freePort();
    const gateway = await startGateway(`http://127.0.0.1:${port}`, issuer);
    for (const call of [() => fetch(`${gateway}/api/products`), () => login(gateway)]) {
      const response = await call();
      assert.equal(response.status, 503);
      assert.equal(response.headers.get('retry-after'), '1');
      assert.match(response.headers.get('x-request-id') ?? '', /./);
      assert.equal((await problemOf(response)).status, 503);
    }
    await startUpstream(undefined, port);
    assert.equal((await fetch(`${gateway}/api/products`)).status, 200);
  });

  it('is killed between requests on kept connections: the next ones are 503, then 200 again', async () => {
    const first = await startUpstream();
    const gateway = await startGateway(first.url, issuer);
    assert.equal((await login(gateway)).status, 200);
    await stopServer(first.server);
    assert.equal((await login(gateway)).status, 503);
    assert.equal((await fetch(`${gateway}/api/products`)).status, 503);
    await startUpstream(undefined, Number(new URL(first.url).port));
    assert.equal((await login(gateway)).status, 200);
  });

  it('is slow: 504 in the configured time, also for those who wait for a connection', async () => {
    const upstream = await startUpstream(() => {});
    const gateway = await startGateway(upstream.url, issuer, { upstreamTimeoutMs: 300 });
    const startedAt = Date.now();
    const answers = await Promise.all(Array.from({ length: 200 }, () => login(gateway)));
    assert.deepEqual(new Set(answers.map((answer) => answer.status)), new Set([504]));
    assert.ok(Date.now() - startedAt < 3_000, `${Date.now() - startedAt} ms`);
    assert.match((await problemOf(answers[0] as Response)).detail, /took too long/);
  });

  it('dies while it answers a write: 502, sent once', async () => {
    const raw = await startRaw((socket) => socket.destroy());
    const gateway = await startGateway(raw.url, issuer);
    const response = await login(gateway);
    assert.equal(response.status, 502);
    assert.match((await problemOf(response)).detail, /not known/);
    await sleep(100);
    assert.equal(raw.count(), 1);
    raw.close();
  });

  it('drops a kept connection under a read: asked once more, and only once', async () => {
    const raw = await startRaw((socket, count) => (count === 1 ? socket.destroy() : socket.end(full)));
    const gateway = await startGateway(raw.url, issuer);
    assert.equal((await fetch(`${gateway}/api/products`)).status, 200);
    assert.equal(raw.count(), 2);
    raw.close();

    const dying = await startRaw((socket) => socket.destroy());
    const other = await startGateway(dying.url, issuer);
    assert.equal((await fetch(`${other}/api/products`)).status, 503);
    assert.equal(dying.count(), 2);
    dying.close();
  });

  it('dies in the middle of an answer: the caller’s connection breaks, no half answer passes for a whole', async () => {
    const raw = await startRaw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"items":', () => socket.destroy());
    });
    const gateway = await startGateway(raw.url, issuer);
    const whole = fetch(`${gateway}/api/products`).then((response) => response.text());
    await assert.rejects(whole);
    const chunked = await startRaw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n', () =>
        socket.destroy(),
      );
    });
    const second = await startGateway(chunked.url, issuer);
    await assert.rejects(fetch(`${second}/api/products`).then((response) => response.text()));
    raw.close();
    chunked.close();
  });

  it('speaks no HTTP: 503, and no detail of it', async () => {
    const raw = await startRaw((socket) => socket.end('not http at all\r\n\r\n'));
    const gateway = await startGateway(raw.url, issuer);
    const response = await fetch(`${gateway}/api/products`);
    assert.equal(response.status, 503);
    assert.doesNotMatch((await problemOf(response)).detail, /127\.0\.0\.1|HTTP|parse/i);
    raw.close();
  });

  it('serves callers who go away: their connections to it are free at once', async () => {
    const body = Buffer.alloc(2_000_000);
    const upstream = await startUpstream((_request, response) => response.end(body));
    const gateway = await startGateway(upstream.url, issuer, { upstreamTimeoutMs: 60_000 });
    const leave = async () => {
      const leaving = new AbortController();
      const response = await fetch(`${gateway}/api/products`, { signal: leaving.signal });
      assert.equal(response.status, 200);
      leaving.abort();
    };
    // More than it has connections.
    for (let i = 0; i < 9; i += 1) await Promise.all(Array.from({ length: 15 }, leave));
    const stays = await fetch(`${gateway}/api/products`, { signal: AbortSignal.timeout(3_000) });
    assert.equal((await stays.arrayBuffer()).byteLength, body.length);
  });
});

describe('the gateway’s readiness', () => {
  let issuer: Issuer;
  before(async () => {
    issuer = await startIssuer();
  });
  after(closeAll);

  it('is 200 when every upstream is ready, else 503; it is healthy all along', async () => {
    let ready = true;
    const one = await startUpstream();
    const other = await startUpstream((_request, response) => response.writeHead(ready ? 200 : 503).end());
    const upstreams = { user: one.url, product: one.url, order: other.url, inventory: other.url };
    const gateway = await startGateway(one.url, issuer, {
      upstreams: { ...upstreams, payment: other.url, notification: other.url },
    });
    assert.equal((await fetch(`${gateway}/ready`)).status, 200);
    assert.equal(one.seen.at(-1)?.url, '/ready');
    ready = false;
    assert.equal((await fetch(`${gateway}/ready`)).status, 503);
    ready = true;
    await stopServer(one.server);
    assert.equal((await fetch(`${gateway}/ready`)).status, 503);
    assert.equal((await fetch(`${gateway}/health`)).status, 200);
  });
});
