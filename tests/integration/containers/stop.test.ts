/**
 * Proves: the user service as a container of AWS takes its database's address and keys from the secret store,
 * migrates by a command of its own, listens where it is told, and stops on SIGTERM in this order: not ready,
 * for a while still serving, then no new connection, the request under way answered, pools closed, gone. A
 * secret that cannot be had is named.
 *
 * Does not prove: Kubernetes' own timing, nor that a load balancer looks at `/ready`. Secrets Manager is imitated.
 */
import assert from 'node:assert/strict';
import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Database } from '../../../runtime/sql/pool.ts';
import { eventually } from '../../contract/case.ts';
import { type AwsPlace, awsPlace, type Container, startContainer } from './harness.ts';

const graceMs = 800;
const file = 'entries/aws/user.ts';

/** The status, or the error's code. */
const ask = (url: string, agent?: Agent) =>
  new Promise<number | string>((resolve) => {
    const request = get(url, { agent }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
    });
    request.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'unknown'));
  });

describe('a container', function () {
  this.timeout(20_000);
  let place: AwsPlace;
  const running: Container[] = [];
  before(async () => {
    place = await awsPlace('USER_DATABASE_URL');
  });
  after(async () => {
    for (const container of running) container.kill('SIGKILL');
    await place.stop();
  });
  const start = async (env: Record<string, string> = {}, ...args: string[]) => {
    const container = await startContainer(
      file,
      { ...place.env, STOP_GRACE_MS: `${graceMs}`, ...env },
      ...args,
    );
    running.push(container);
    return container;
  };

  it('migrates its database by a command, which may be repeated', async () => {
    const job = await start({}, 'migrate');
    assert.equal(await job.exited, 0, job.output());
    const again = await start({}, 'migrate');
    assert.equal(await again.exited, 0, again.output());
    const database = new Database({ url: place.databaseUrl, name: 'test' });
    await database.query('select from account');
    await database.close();
  });

  it('stops in order: not ready, still serving, then the last answer, then gone', async () => {
    const container = await start();
    const { url } = container;
    await eventually(async () => assert.equal(await ask(`${url}/ready`), 200, container.output()), 10_000);

    const database = new Database({ url: place.databaseUrl, name: 'test' });
    const holding = await database.connect();
    await holding.query('begin; lock table account in access exclusive mode');
    const slow = fetch(`${url}/api/users/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: 'ann', email: 'ann@example.com', password: 'a long pass phrase' }),
    });
    await eventually(async () => {
      const { rows } = await database.query('select 1 from pg_locks where not granted');
      assert.equal(rows.length, 1);
    });

    const kept = new Agent({ keepAlive: true });
    assert.equal(await ask(`${url}/health`, kept), 200);
    const toldAt = performance.now();
    container.kill('SIGTERM');
    await eventually(async () => assert.equal(await ask(`${url}/ready`), 503));
    assert.ok(performance.now() - toldAt < graceMs / 2, 'not ready at once');

    // Whoever has not yet heard of it is served, over kept connections and new ones, and still lives.
    while (performance.now() - toldAt < graceMs - 150) {
      assert.equal(await ask(`${url}/.well-known/jwks.json`, kept), 200);
      assert.equal(await ask(`${url}/.well-known/jwks.json`), 200);
      assert.equal(await ask(`${url}/health`), 200);
      await sleep(20);
    }
    await eventually(async () => assert.equal(await ask(`${url}/health`), 'ECONNREFUSED'));
    await holding.query('rollback');
    holding.release();
    assert.equal((await slow).status, 201);
    assert.equal(await container.exited, 0, container.output());
    assert.doesNotMatch(container.output(), /in time|fatal/);
    kept.destroy();
    await database.close();
  });

  it('names the secret that cannot be had, and the setting', async () => {
    const container = await start({ USER_DATABASE_URL_SECRET_NAME: 'shop/none' });
    assert.equal(await container.exited, 1);
    assert.match(container.output(), /USER_DATABASE_URL_SECRET_NAME: there is no secret named shop\/none/);
    const url = new URL(place.databaseUrl);
    assert.ok(!container.output().includes(url.password));
  });
});
