// Proves: a foreign page in a browser on this machine reaches nothing of the console, neither by DNS rebinding
// nor by a blind request. Does not prove anything about other users of the same machine: they may read it.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { startConsole, statusWith } from './harness.ts';

describe('the console refuses what is foreign', () => {
  let url: string;
  let port: string;
  let close: () => Promise<void>;
  const redriven: string[] = [];

  before(async () => {
    const deadLetters = {
      list: async () => [],
      purge: async () => false,
      redrive: async (id: string) => redriven.push(id) > 0,
    };
    ({ url, close } = await startConsole({ deadLetters }));
    port = new URL(url).port;
  });
  after(() => close());

  const paths = ['/', '/api/inbox', '/api/traces', '/api/processes', '/health', '/unknown'];

  it('every path under another Host', async () => {
    const hosts = [
      'evil.example',
      `evil.example:${port}`,
      'localhost.evil.example',
      '127.0.0.1.evil.example',
    ];
    for (const host of [...hosts, '10.0.0.1', '0.0.0.0', 'x127.0.0.1', 'localhost:1:2']) {
      for (const path of paths)
        assert.equal(await statusWith(url + path, 'GET', { host }), 421, `${host} ${path}`);
    }
  });

  it('a request without a Host', async () => {
    const socket = connect(Number(port), '127.0.0.1');
    socket.write('GET /api/inbox HTTP/1.0\r\n\r\n');
    let answer = '';
    for await (const chunk of socket) answer += chunk;
    assert.match(answer, /^HTTP\/1\.1 421 /);
  });

  it('nothing under its own names', async () => {
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`, 'LOCALHOST']) {
      assert.equal(await statusWith(`${url}/api/inbox`, 'GET', { host }), 200, host);
    }
  });

  it('changes from another origin', async () => {
    const redrive = `${url}/api/dead-letters/x/redrive`;
    const foreign: Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: `http://localhost:${Number(port) + 1}` },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ];
    for (const headers of foreign) {
      assert.equal(await statusWith(redrive, 'POST', headers), 403, JSON.stringify(headers));
      assert.equal(await statusWith(`${url}/v1/traces`, 'POST', headers), 403);
    }
    assert.deepEqual(redriven, []);
    assert.equal(await statusWith(redrive, 'POST', {}), 200);
    assert.equal(await statusWith(redrive, 'POST', { origin: `http://127.0.0.1:${port}` }), 200);
    assert.deepEqual(redriven, ['x', 'x']);
  });

  it('gives its page with a policy that lets no other script run', async () => {
    const page = await fetch(url);
    assert.match(page.headers.get('content-type') ?? '', /^text\/html/);
    assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'none'; script-src 'self'/);
    assert.match(await page.text(), /<script src="\/page.js">/);
    const script = await (await fetch(`${url}/page.js`)).text();
    assert.doesNotMatch(script, /innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(/);
  });
});
