// Proves that whatever process of the local run is killed, the shop comes back: children and PostgreSQL by the
// supervisor, the supervisor by the next start, which finds no orphan in the way, also when the first start was
// cut off at any moment. Rows that were answered 200 are still there. Not proven here: that the shop's own
// services lose nothing (their kill tests do), and power cuts.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  cleanUp,
  eventually,
  newDataDir,
  type ProcessStatus,
  processesOf,
  type Supervised,
  startSupervised,
} from './supervised.ts';

const find = (statuses: readonly ProcessStatus[], name: string): ProcessStatus & { pid: number } => {
  const found = statuses.find((status) => status.name === name);
  assert.ok(found?.pid, `${name} has a process`);
  return { ...found, pid: found.pid };
};

/** The worker's own address, found through the environment that its supervisor gave the console. */
async function workerUrl({ consoleUrl }: Supervised): Promise<string> {
  const env = (await (await fetch(`${consoleUrl}/env`)).json()) as NodeJS.ProcessEnv;
  return env.FUNCTIONS_URL ?? '';
}

async function keep(url: string): Promise<boolean> {
  return fetch(url, { method: 'POST' }).then(
    (answer) => answer.status === 200,
    () => false,
  );
}

async function kept(url: string): Promise<number> {
  return ((await (await fetch(url)).json()) as { notes: number }).notes;
}

async function end(supervised: Supervised): Promise<void> {
  supervised.process.kill('SIGTERM');
  assert.equal(await supervised.untilEnded(), 0, supervised.output());
}

describe('a killed process of the local run', function () {
  this.timeout(90_000);
  afterEach(cleanUp);

  it('is started again, said so, and shown to the console: each child, and PostgreSQL', async () => {
    const dataDir = await newDataDir();
    const supervised = await startSupervised(dataDir);
    await supervised.untilOpen();
    const url = await workerUrl(supervised);
    assert.ok(await keep(url));
    let answered = 1;
    for (const name of ['gateway', 'worker', 'console', 'postgres']) {
      const { pid } = find(await supervised.statuses(), name);
      process.kill(pid, 'SIGKILL');
      await eventually(async () => {
        const now = find(await supervised.statuses(), name);
        assert.notEqual(now.pid, pid);
        assert.deepEqual([now.state, now.restarts], ['ready', 1]);
      });
      assert.match(supervised.output(), new RegExp(`"msg":"${name} ended; starting it again in 100 ms"`));
      await eventually(async () => assert.ok(await keep(url)));
      answered += 1;
    }
    assert.equal(await kept(url), answered);
    assert.equal((await fetch(`${supervised.gatewayUrl}/ready`)).status, 200);
    await end(supervised);
    assert.deepEqual(processesOf(dataDir), []);
  });

  it('is started again when it dies over and over, at growing intervals', async () => {
    const supervised = await startSupervised(await newDataDir());
    await supervised.untilOpen();
    for (let restarts = 1; restarts <= 4; restarts += 1) {
      process.kill(find(await supervised.statuses(), 'worker').pid, 'SIGKILL');
      await eventually(async () => {
        const { state, restarts: now } = find(await supervised.statuses(), 'worker');
        assert.deepEqual([state, now], ['ready', restarts]);
      });
    }
    const delays = [...supervised.output().matchAll(/starting it again in (\d+) ms/g)].map(([, ms]) => ms);
    assert.deepEqual(delays, ['100', '200', '400', '800']);
    await end(supervised);
  });

  it('if it was the supervisor, leaves nothing that disturbs the next start, and loses nothing', async () => {
    const dataDir = await newDataDir();
    let answered = 0;
    const first = await startSupervised(dataDir);
    const ports = { PORT: String(first.port), CONSOLE_PORT: new URL(first.consoleUrl).port };
    let current = first;
    for (let round = 0; round < 3; round += 1) {
      await current.untilOpen();
      const url = await workerUrl(current);
      assert.equal(await kept(url), answered, `round ${round}`);
      for (let count = 0; count < 5; count += 1) if (await keep(url)) answered += 1;
      current.process.kill('SIGKILL');
      assert.equal(await current.untilEnded(), 'SIGKILL');
      // At once, on the same ports, while the orphans may still be there.
      current = await startSupervised(dataDir, ports);
    }
    await current.untilOpen();
    assert.match(current.output(), /the last shop on this data folder was killed/);
    assert.equal(await kept(await workerUrl(current)), answered);
    assert.equal(answered, 15);
    await end(current);
    assert.deepEqual(processesOf(dataDir), []);
  });

  it('if it was the supervisor, may leave children that take their time: the next start waits for its ports', async () => {
    const dataDir = await newDataDir();
    const first = await startSupervised(dataDir, { STAND_IN_LINGER_MS: '2000' });
    const ports = { PORT: String(first.port), CONSOLE_PORT: new URL(first.consoleUrl).port };
    await first.untilOpen();
    first.process.kill('SIGKILL');
    await first.untilEnded();
    const second = await startSupervised(dataDir, ports);
    await second.untilOpen();
    await end(second);
  });

  it('if it was a first start, at any moment, the next one is whole', async () => {
    const moments = process.env.LONG ? [150, 300, 500, 700, 900, 1_100, 1_400] : [300, 700, 1_100];
    for (const delayMs of moments) {
      const dataDir = await newDataDir();
      const first = await startSupervised(dataDir);
      await sleep(delayMs);
      first.process.kill('SIGKILL');
      await first.untilEnded();
      // In the middle of writing its process id, as it happens once in a while.
      const halfWritten = join(dataDir, 'supervisor.pid.01234567-89ab-4cde-8f01-23456789abcd');
      if (existsSync(join(dataDir, 'version'))) writeFileSync(halfWritten, '12');
      const second = await startSupervised(dataDir);
      await second.untilOpen();
      assert.ok(await keep(await workerUrl(second)));
      const left = (await readdir(dataDir)).filter((name) => /\.new-|\.[0-9a-f]{8}-/.test(name));
      assert.deepEqual(left, [], `killed after ${delayMs} ms`);
      await end(second);
      assert.deepEqual(processesOf(dataDir), [], `killed after ${delayMs} ms`);
    }
  });

  it('if it was the whole machine, a process that now has PostgreSQL’s old number is left alone', async () => {
    const dataDir = await newDataDir();
    const first = await startSupervised(dataDir);
    await first.untilOpen();
    await end(first);
    // What a restart of the machine leaves: the lock file, and its number given to somebody else, here to us.
    const lock = join(dataDir, 'postgres', 'postmaster.pid');
    writeFileSync(lock, `${process.pid}\n${join(dataDir, 'postgres')}\n1\n1\n\n\n\n`);
    const second = await startSupervised(dataDir);
    await second.untilOpen();
    assert.notEqual(Number.parseInt(readFileSync(lock, 'utf8'), 10), process.pid);
    await end(second);
    assert.ok(!existsSync(lock));
  });
});
