// Proves: a server that is told to stop does not wait for connections that never asked for anything, and does
// wait for answers under way. Does not prove the processes' own order of stopping.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { createBareServer } from '../../../runtime/http/server.ts';
import { createLogger } from '../../../runtime/telemetry/log.ts';

describe('a server that stops', () => {
  it('closes connections that never carried a request, and finishes what is under way', async () => {
    const server = createBareServer(createLogger('test', 'silent'));
    let finish = () => {};
    const asked = new Promise<void>((resolve) => {
      server.get('/slow', () => {
        resolve();
        return new Promise((answer) => {
          finish = () => answer('done');
        });
      });
    });
    const url = await server.listen({ host: '127.0.0.1', port: 0 });
    const spare = connect((server.server.address() as AddressInfo).port, '127.0.0.1');
    await once(spare, 'connect');
    const spareClosed = once(spare, 'close');
    const underWay = fetch(`${url}/slow`, { headers: { connection: 'close' } });
    await asked;

    const startedAt = Date.now();
    const closed = server.close();
    await spareClosed;
    finish();
    assert.equal(await (await underWay).text(), 'done');
    await closed;
    assert.ok(Date.now() - startedAt < 2_000, `${Date.now() - startedAt} ms`);
  });
});
