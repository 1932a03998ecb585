// Proves that a start makes what is missing, keeps what is there, fills the shop once, hands each process no more
// than it needs, and stops in order. Real supervisor and PostgreSQL; the shop's processes are small stand-ins, so
// nothing here says that the shop itself works (the e2e suite does).
import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { RuntimeFileError, readRuntimeFile } from '../../local/runtime-file.ts';
import { resetDataFolder } from '../../local/supervisor/reset.ts';
import { createTokenVerifier } from '../../runtime/http/token.ts';
import { localKeys, parseKeys } from '../../services/user/keys.ts';
import {
  cleanUp,
  eventually,
  newDataDir,
  processesOf,
  type Supervised,
  startSupervised,
} from './supervised.ts';

const lines = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []);
const modeOf = (file: string) => (statSync(file).mode & 0o777).toString(8);

async function stop(supervised: Supervised, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  supervised.process.kill(signal);
  assert.equal(await supervised.untilEnded(), 0, supervised.output());
}

describe('a start of the shop', function () {
  this.timeout(60_000);
  afterEach(cleanUp);

  it('makes the data folder, fills it once, and keeps it at later starts', async () => {
    const dataDir = await newDataDir();
    const STAND_IN_SEED_LOG = join(dataDir, '..', 'seeds.log');
    const first = await startSupervised(dataDir, { STAND_IN_SEED_LOG });
    await first.untilOpen();
    assert.equal(modeOf(join(dataDir, 'secrets.json')), '600');
    assert.equal(modeOf(join(dataDir, 'token-keys.json')), '600');
    const runtime = await readRuntimeFile(dataDir);
    assert.equal(runtime.supervisorPid, first.process.pid);
    assert.equal(runtime.gatewayUrl, first.gatewayUrl);
    assert.equal((await fetch(`${first.gatewayUrl}/ready`)).status, 200);
    await stop(first);
    await assert.rejects(readRuntimeFile(dataDir), RuntimeFileError);

    const secrets = readFileSync(join(dataDir, 'secrets.json'), 'utf8');
    const second = await startSupervised(dataDir, { STAND_IN_SEED_LOG });
    await second.untilOpen();
    assert.equal(lines(STAND_IN_SEED_LOG).length, 1, 'seeded once');
    assert.equal(readFileSync(join(dataDir, 'secrets.json'), 'utf8'), secrets);
    await stop(second);
  });

  it('fills again when the filling was interrupted, or when the databases were lost', async () => {
    const dataDir = await newDataDir();
    const STAND_IN_SEED_LOG = join(dataDir, '..', 'seeds.log');
    const first = await startSupervised(dataDir, { STAND_IN_SEED_LOG, STAND_IN_SEED_MS: '60000' });
    await eventually(() => assert.equal(lines(STAND_IN_SEED_LOG).length, 1));
    first.process.kill('SIGKILL');
    await first.untilEnded();
    const second = await startSupervised(dataDir, { STAND_IN_SEED_LOG });
    await second.untilOpen();
    await stop(second);
    assert.equal(lines(STAND_IN_SEED_LOG).length, 2);

    await rm(join(dataDir, 'postgres'), { recursive: true });
    const third = await startSupervised(dataDir, { STAND_IN_SEED_LOG });
    await third.untilOpen();
    await stop(third);
    assert.equal(lines(STAND_IN_SEED_LOG).length, 3);
  });

  it('fills with an administrator’s token that the shop’s own rules accept', async () => {
    const dataDir = await newDataDir();
    const STAND_IN_SEED_LOG = join(dataDir, '..', 'seeds.log');
    const supervised = await startSupervised(dataDir, { STAND_IN_SEED_LOG });
    await supervised.untilOpen();
    const [url, token] = lines(STAND_IN_SEED_LOG)[0]?.split(' ') ?? [];
    assert.equal(url, supervised.gatewayUrl);
    const keys = parseKeys(readFileSync(join(dataDir, 'token-keys.json'), 'utf8'));
    const verify = createTokenVerifier(localKeys({ current: () => keys }), {
      issuer: supervised.gatewayUrl,
      audience: 'shop',
    });
    assert.equal((await verify(`Bearer ${token}`)).role, 'admin');
    await stop(supervised);
  });

  it('does not pass on the libpq variables of the caller, nor databases to who needs none', async () => {
    const dataDir = await newDataDir();
    const supervised = await startSupervised(dataDir, {
      PGSSLMODE: 'require',
      PGHOST: 'elsewhere.example',
      PGDATA: '/nowhere',
      LOG_LEVEL: 'warn',
    });
    await supervised.untilOpen();
    const env = (await (await fetch(`${supervised.consoleUrl}/env`)).json()) as NodeJS.ProcessEnv;
    assert.deepEqual(
      Object.keys(env).filter((name) => name.startsWith('PG') || name.includes('DATABASE_URL')),
      [],
    );
    assert.equal(env.LOG_LEVEL, 'warn');
    assert.equal(env.TOKEN_ISSUER, supervised.gatewayUrl);
    await stop(supervised);
  });

  it('tells the console which processes run', async () => {
    const supervised = await startSupervised(await newDataDir());
    await supervised.untilOpen();
    const statuses = await supervised.statuses();
    assert.deepEqual(
      statuses.map(({ name, state, restarts }) => [name, state, restarts]),
      [
        ['postgres', 'ready', 0],
        ['gateway', 'ready', 0],
        ['worker', 'ready', 0],
        ['console', 'ready', 0],
      ],
    );
    for (const { pid } of statuses) assert.ok(pid && process.kill(pid, 0));
    await stop(supervised);
  });

  it('stops at SIGINT, given twice as npm does, and leaves no process', async () => {
    const dataDir = await newDataDir();
    const supervised = await startSupervised(dataDir);
    await supervised.untilOpen();
    assert.equal(processesOf(dataDir).length, 5, 'the supervisor, PostgreSQL and three children');
    supervised.process.kill('SIGINT');
    await sleep(5);
    await stop(supervised, 'SIGINT');
    assert.deepEqual(processesOf(dataDir), []);
  });

  it('stops within ten seconds with children that do not end by themselves', async () => {
    const dataDir = await newDataDir();
    const supervised = await startSupervised(dataDir, { STAND_IN_STOP_MS: '60000' });
    await supervised.untilOpen();
    const began = Date.now();
    await stop(supervised);
    assert.ok(Date.now() - began < 10_000, `${Date.now() - began} ms`);
    assert.deepEqual(processesOf(dataDir), []);
  });

  it('stops while it is still starting', async () => {
    const dataDir = await newDataDir();
    for (const text of ['first start', 'gateway is ready', 'PostgreSQL answers']) {
      const supervised = await startSupervised(dataDir);
      await supervised.untilSaid(text);
      const began = Date.now();
      await stop(supervised);
      assert.ok(Date.now() - began < 5_000);
      assert.deepEqual(processesOf(dataDir), []);
      await resetDataFolder(dataDir);
    }
  });

  it('is undone by a reset, which leaves what it does not know and a folder that starts again', async () => {
    const dataDir = await newDataDir();
    const first = await startSupervised(dataDir);
    await first.untilOpen();
    await assert.rejects(
      resetDataFolder(dataDir),
      new RegExp(`process ${first.process.pid} is already using`),
    );
    await stop(first);
    await writeFile(join(dataDir, 'notes.txt'), 'mine');
    const { kept } = await resetDataFolder(dataDir);
    assert.deepEqual(kept, [join(dataDir, 'notes.txt')]);
    assert.deepEqual((await readdir(dataDir)).sort(), ['notes.txt', 'version']);
    const second = await startSupervised(dataDir);
    await second.untilOpen();
    await stop(second);
    await rm(join(dataDir, 'notes.txt'));
    assert.deepEqual(await resetDataFolder(dataDir), { removed: [dataDir], kept: [] });
    assert.ok(!existsSync(dataDir));
  });
});
