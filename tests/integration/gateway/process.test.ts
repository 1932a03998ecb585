// Proves: the gateway as the supervisor runs it, its settings from the environment, and that it finishes what is
// under way when told to stop. Does not prove the supervisor.
import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../support/free-port.ts';
import { audience, closeAll, issuerName, startIssuer, startUpstream } from './harness.ts';

const program = fileURLToPath(new URL('../../../local/processes/gateway.ts', import.meta.url));

describe('the gateway process', () => {
  const children: ChildProcess[] = [];
  after(async () => {
    for (const child of children) child.kill('SIGKILL');
    await closeAll();
  });

  function run(env: Record<string, string>): ChildProcess {
    const child = fork(program, { silent: true, env });
    children.push(child);
    return child;
  }

  it('serves routes and documents, and ends after the last answer is out', async () => {
    const issuer = await startIssuer();
    let answer: ServerResponse | undefined;
    const upstream = await startUpstream((request, response) => {
      if (request.url === '/api/orders') answer = response;
      else response.end('{}');
    });
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const child = run({
      PORT: String(port),
      TOKEN_ISSUER: issuerName,
      TOKEN_AUDIENCE: audience,
      JWKS_URL: issuer.jwksUrl,
      USER_URL: upstream.url,
      PRODUCT_URL: upstream.url,
      FUNCTIONS_URL: upstream.url,
      PUBLIC_URL: url,
      CONSOLE_URL: 'http://127.0.0.1:8081',
      CORS_ORIGINS: 'https://a.example, http://localhost:5173',
    });
    assert.deepEqual((await once(child, 'message'))[0], { type: 'ready' });

    assert.equal((await fetch(`${url}/ready`)).status, 200);
    const document = (await (await fetch(`${url}/openapi.json`)).json()) as { servers: object[] };
    assert.deepEqual(document.servers, [{ url }]);
    assert.equal((await fetch(`${url}/docs`)).status, 200);
    const cors = await fetch(`${url}/api/products`, { headers: { origin: 'http://localhost:5173' } });
    assert.equal(cors.headers.get('access-control-allow-origin'), 'http://localhost:5173');

    const headers = { authorization: `Bearer ${issuer.token()}`, connection: 'close' };
    const underWay = fetch(`${url}/api/orders`, { headers });
    while (!answer) await new Promise((resolve) => setTimeout(resolve, 10));
    child.kill('SIGTERM');
    setTimeout(() => answer?.end('{"late":true}'), 300);
    assert.equal(await (await underWay).text(), '{"late":true}');
    assert.deepEqual(await once(child, 'exit'), [0, null]);
  });

  it('names every setting that needs a correction', async () => {
    const child = run({ PORT: '0', TOKEN_ISSUER: issuerName, CORS_ORIGINS: 'shop.example/' });
    let output = '';
    child.stdout?.on('data', (chunk) => {
      output += chunk;
    });
    assert.deepEqual(await once(child, 'exit'), [1, null]);
    for (const setting of [
      'USER_URL',
      'PRODUCT_URL',
      'FUNCTIONS_URL',
      'JWKS_URL',
      'PUBLIC_URL',
      'CORS_ORIGINS',
    ]) {
      assert.ok(output.includes(setting), `${setting} in ${output}`);
    }
  });
});
