// Proves that a start which cannot go well says which setting to change, ends with exit code 1, leaves no process,
// and touches nothing that is not its own. Real supervisor; PostgreSQL is reached by few of these starts.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { resetDataFolder } from '../../local/supervisor/reset.ts';
import { freePort } from '../support/free-port.ts';
import { cleanUp, newDataDir, processesOf, startSupervised } from './supervised.ts';

/** Starts, expects a refusal, and returns what it said. */
async function refusal(
  dataDir: string,
  env: NodeJS.ProcessEnv = {},
  owner: { uid?: number; gid?: number } = {},
): Promise<string> {
  const before = processesOf(dataDir);
  const supervised = await startSupervised(dataDir, env, owner);
  assert.equal(await supervised.untilEnded(), 1, supervised.output());
  assert.deepEqual(processesOf(dataDir), before);
  const [, message = ''] = supervised.output().split('The shop did not start: ');
  assert.doesNotMatch(message, /\n\s+at /, 'no stack');
  return message;
}

async function occupy(): Promise<{ port: number; close: () => void }> {
  const server = createServer();
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return { port, close: () => server.close() };
}

describe('a start that cannot go well', function () {
  this.timeout(60_000);
  afterEach(cleanUp);

  for (const setting of ['PORT', 'CONSOLE_PORT']) {
    it(`names ${setting} when that port is taken`, async () => {
      const { port, close } = await occupy();
      try {
        const dataDir = await newDataDir();
        const message = await refusal(dataDir, { [setting]: String(port) });
        assert.match(message, new RegExp(`^port ${port} on 127.0.0.1 is taken.*: set ${setting} to another`));
        assert.ok(!existsSync(join(dataDir, 'postgres')));
      } finally {
        close();
      }
    });
  }

  it('names both settings when they are the same port', async () => {
    const port = String(await freePort());
    const message = await refusal(await newDataDir(), { PORT: port, CONSOLE_PORT: port });
    assert.match(message, /PORT and CONSOLE_PORT are both/);
  });

  it('names the setting whose value is no port', async () => {
    assert.match(await refusal(await newDataDir(), { PORT: '123456' }), /PORT: /);
  });

  it('leaves a folder of other things as it is', async () => {
    const dataDir = await newDataDir();
    mkdirSync(dataDir);
    writeFileSync(join(dataDir, 'thesis.txt'), 'mine');
    writeFileSync(join(dataDir, 'version'), '1\n');
    assert.match(await refusal(dataDir), /holds other things.*DATA_DIR/);
    assert.deepEqual(readdirSync(dataDir).sort(), ['thesis.txt', 'version']);
    await assert.rejects(resetDataFolder(dataDir), /holds other things/);
    assert.deepEqual(readdirSync(dataDir).sort(), ['thesis.txt', 'version']);
  });

  it('leaves a folder of another backend as it is, which a reset frees', async () => {
    const dataDir = await newDataDir();
    mkdirSync(dataDir);
    writeFileSync(join(dataDir, 'version'), 'ecommerce-platform 1\n');
    writeFileSync(join(dataDir, 'backend'), 'aws\n');
    const message = await refusal(dataDir);
    assert.ok(
      message.startsWith(`the data folder ${dataDir} holds a shop on aws, and this one runs on local: `),
    );
    assert.match(message, /DATA_DIR.*npm run reset/);
    assert.deepEqual(readdirSync(dataDir).sort(), ['backend', 'lock', 'version']);
    await resetDataFolder(dataDir);
    assert.ok(!existsSync(dataDir));
  });

  it('leaves a folder of a newer version as it is', async () => {
    const dataDir = await newDataDir();
    mkdirSync(dataDir);
    writeFileSync(join(dataDir, 'version'), 'ecommerce-platform 2\n');
    assert.match(await refusal(dataDir), /belongs to a newer version.*format 2.*DATA_DIR/);
    assert.deepEqual(readdirSync(dataDir), ['version']);
    rmSync(dataDir, { recursive: true });
  });

  it('says so when a part of the path is a file', async () => {
    const dataDir = await newDataDir();
    writeFileSync(dataDir, '');
    for (const path of [dataDir, join(dataDir, 'deeper')]) {
      assert.match(await refusal(path), /cannot be used \(it, or a part of its path, is a file\).*DATA_DIR/);
    }
    rmSync(dataDir);
  });

  it('says so when the folder cannot be written', async () => {
    // Root may write anywhere: there, the start runs as nobody.
    const owner = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
    const dataDir = await newDataDir();
    const mayNot = dirname(dataDir);
    await chmod(mayNot, 0o555);
    try {
      assert.match(await refusal(dataDir, {}, owner), /cannot be written \(EACCES.*DATA_DIR/);
    } finally {
      await chmod(mayNot, 0o755);
    }
    await mkdir(dataDir);
    writeFileSync(join(dataDir, 'version'), 'ecommerce-platform 1\n');
    await chmod(dataDir, 0o555);
    assert.match(await refusal(dataDir, {}, owner), /cannot be written \(.*DATA_DIR/);
    assert.deepEqual(readdirSync(dataDir), ['version']);
    await chmod(dataDir, 0o755);
  });

  it('names the process that already uses the folder, and disturbs it in nothing', async () => {
    const dataDir = await newDataDir();
    const first = await startSupervised(dataDir);
    await first.untilOpen();
    const before = await first.statuses();
    const message = await refusal(dataDir);
    assert.match(message, new RegExp(`^process ${first.process.pid} is already using .*DATA_DIR`));
    assert.deepEqual(await first.statuses(), before);
    assert.ok(existsSync(join(dataDir, 'runtime.json')));
    first.process.kill('SIGTERM');
    assert.equal(await first.untilEnded(), 0);
  });

  it('lets exactly one of several go ahead that start at once', async () => {
    const dataDir = await newDataDir();
    const all = await Promise.all([1, 2, 3].map(() => startSupervised(dataDir)));
    const outcomes = await Promise.all(
      all.map((one) =>
        Promise.race([
          one.untilEnded(),
          one.untilOpen().then(
            () => 'open',
            () => 1,
          ),
        ]),
      ),
    );
    assert.deepEqual(outcomes.sort(), [1, 1, 'open']);
  });

  it('does not make new databases over ones whose passwords are gone', async () => {
    const dataDir = await newDataDir();
    const first = await startSupervised(dataDir);
    await first.untilOpen();
    first.process.kill('SIGTERM');
    await first.untilEnded();
    rmSync(join(dataDir, 'secrets.json'));
    assert.match(await refusal(dataDir), /secrets\.json is missing.*npm run reset/);
    writeFileSync(join(dataDir, 'secrets.json'), '{"superuser": "hush');
    const message = await refusal(dataDir);
    assert.match(message, /secrets\.json cannot be used/);
    assert.doesNotMatch(message, /hush/);
  });

  it('says which process does not start, and why', async () => {
    const message = await refusal(await newDataDir(), { STAND_IN_BROKEN: 'worker' });
    assert.match(message, /worker does not start: it ended with exit code 3/);
  });
});
