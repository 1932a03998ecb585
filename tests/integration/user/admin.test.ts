/**
 * Proves: an administrator is made, or made of an account, with an event, as often as the command runs; the
 * command itself finds the running shop's database, and says what is missing.
 * Does not prove: the prompt on a terminal.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeRuntimeFile, writeRuntimeFile } from '../../../local/runtime-file.ts';
import type { ProblemError } from '../../../runtime/http/problem.ts';
import { ensureAdmin } from '../../../services/user/admin.ts';
import { password, startUserService, type TestService } from './support.ts';

describe('administrators', () => {
  let service: TestService;
  let dataDir: string;
  before(async () => {
    service = await startUserService();
    dataDir = await mkdtemp(join(tmpdir(), 'shop-data-'));
  });
  after(async () => {
    await service.close();
    await rm(dataDir, { recursive: true });
  });

  const ensure = (username: string, secret = password, email = `${username.toLowerCase()}@example.com`) =>
    ensureAdmin(service, { username, email, password: secret });
  const events = async (id: string) =>
    (await service.outbox(id)).map(({ type, aggregateversion }) => [type, aggregateversion]);
  const roleOf = async (username: string, secret = password) => {
    const { status, body } = await service.login(username, secret);
    if (status !== 200) return status;
    const { token, user } = body;
    return (await service.call('GET', `/api/users/${user.id}`, { token })).body.role;
  };

  it('are made once, however often', async () => {
    const { id, outcome } = await ensure('root');
    assert.equal(outcome, 'created');
    assert.deepEqual(await ensure('ROOT'), { id, outcome: 'unchanged' });
    assert.deepEqual(await events(id), [['user.registered', 1]]);
    assert.equal(await roleOf('root'), 'admin');
  });

  it('made of an account have the password given, not the one of who registered it', async () => {
    const user = await service.newUser('squatter');
    assert.deepEqual(await ensure('squatter', 'the operator’s'), { id: user.id, outcome: 'promoted' });
    assert.equal(await roleOf('squatter'), 401);
    assert.equal(await roleOf('squatter', 'the operator’s'), 'admin');
    assert.deepEqual(await events(user.id), [
      ['user.registered', 1],
      ['user.updated', 2],
    ]);
    assert.equal((await ensure('squatter')).outcome, 'password changed');
    assert.equal(await roleOf('squatter'), 'admin');
  });

  it('are not made of two accounts, nor of half of one', async () => {
    await service.newUser('left');
    await service.newUser('right');
    for (const [name, email, field] of [
      ['left', 'right@example.com', 'email'],
      ['left', 'new@example.com', 'email'],
      ['new', 'right@example.com', 'username'],
    ] as const) {
      await assert.rejects(
        ensure(name, password, email),
        (error: ProblemError) => error.status === 409 && error.errors?.[0]?.field === field,
      );
    }
    assert.equal(await roleOf('left'), 'customer');
    assert.equal(await roleOf('right'), 'customer');
  });

  const run = (args: string[], env: Record<string, string>) =>
    new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
      const child = execFile(
        process.execPath,
        ['local/commands/admin.ts', ...args],
        { env: { PATH: process.env.PATH, DATA_DIR: dataDir, ...env } },
        (error, stdout, stderr) => resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
      );
      child.stdin?.end();
    });
  const create = ['create', '--username', 'chief', '--email', 'chief@example.com'];

  it('are made by the command in the running shop', async () => {
    const absent = await run(create, { ADMIN_PASSWORD: password });
    assert.equal(absent.code, 1);
    assert.match(absent.stderr, /run `npm start` first/);

    const user = service.database.pool.options.connectionString ?? '';
    await writeRuntimeFile(dataDir, {
      on: 'local',
      cloud: {},
      gatewayUrl: 'http://127.0.0.1:8080',
      consoleUrl: 'http://127.0.0.1:8081',
      databases: { user, product: user, shop: user },
      supervisorPid: process.pid,
    });
    assert.equal((await stat(join(dataDir, 'runtime.json'))).mode & 0o777, 0o600);

    const mute = await run(create, {});
    assert.equal(mute.code, 1);
    assert.match(mute.stderr, /ADMIN_PASSWORD/);
    const short = await run(create, { ADMIN_PASSWORD: 'short' });
    assert.equal(short.code, 1);
    assert.match(short.stderr, /password: must have at least 8 characters/);

    const made = await run(create, { ADMIN_PASSWORD: password });
    assert.deepEqual([made.code, made.stderr], [0, '']);
    assert.match(made.stdout, /^chief \(USR-\w{26}\) is an administrator: created\.\n$/);
    assert.match((await run(create, { ADMIN_PASSWORD: password })).stdout, /unchanged/);
    assert.equal(await roleOf('chief'), 'admin');

    await removeRuntimeFile(dataDir);
    assert.equal((await run(create, { ADMIN_PASSWORD: password })).code, 1);
  });
});
