// Proves: the console as the supervisor runs it: settings from the environment, this machine alone whatever HOST
// says, the process list over IPC, an orderly end, and an end with its supervisor. Does not prove the supervisor.
import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { migrateShopDatabase } from '../../../runtime/adapters/local/shop-database.ts';
import { freePort } from '../../support/free-port.ts';
import { freshDatabase } from '../../support/postgres.ts';
import { getJson } from './harness.ts';

const program = fileURLToPath(new URL('../../../local/processes/console.ts', import.meta.url));

describe('the console process', () => {
  let databaseUrl: string;
  let child: ChildProcess;
  let port: number;
  let smtpPort: number;

  before(async () => {
    databaseUrl = await freshDatabase();
    await migrateShopDatabase(databaseUrl);
  });
  beforeEach(async () => {
    port = await freePort();
    smtpPort = await freePort();
    child = fork(program, {
      silent: true,
      env: {
        HOST: '0.0.0.0',
        PORT: String(port),
        SMTP_PORT: String(smtpPort),
        SHOP_DATABASE_URL: databaseUrl,
        TOKEN_ISSUER: 'http://shop.test',
      },
    });
    const [message] = await once(child, 'message');
    assert.deepEqual(message, { type: 'ready' });
  });
  afterEach(() => {
    child.kill('SIGKILL');
  });

  it('listens to this machine alone, with both its ports', async () => {
    await getJson(`http://127.0.0.1:${port}/ready`);
    const outside = Object.values(networkInterfaces())
      .flat()
      .filter((address) => address?.family === 'IPv4' && !address.internal);
    for (const address of outside) {
      for (const each of [port, smtpPort]) {
        await assert.rejects(once(connect(each, address?.address), 'connect'), { code: 'ECONNREFUSED' });
      }
    }
    const [greeting] = await once(connect(smtpPort, '127.0.0.1'), 'data');
    assert.match(String(greeting), /^220 /);
  });

  it('shows the processes that the supervisor reports', async () => {
    const url = `http://127.0.0.1:${port}/api/processes`;
    assert.deepEqual(await getJson(url), { items: [] });
    const processes = [
      { name: 'user', pid: 42, restarts: 1, state: 'running', startedAt: '2026-11-23T00:00:00.000Z' },
    ];
    child.send({ type: 'something else' });
    child.send({ type: 'processes', processes });
    for (let tries = 0; tries < 50; tries += 1) {
      const found = await getJson<{ items: unknown[] }>(url);
      if (found.items.length > 0) return assert.deepEqual(found.items, processes);
      await sleep(20);
    }
    assert.fail('the list did not come');
  });

  it('ends in order on SIGTERM', async () => {
    child.kill('SIGTERM');
    assert.deepEqual(await once(child, 'exit'), [0, null]);
  });

  it('ends at once without its supervisor', async () => {
    child.disconnect();
    assert.deepEqual(await once(child, 'exit'), [1, null]);
  });
});
