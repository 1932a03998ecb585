// Proves that root can run the shop's PostgreSQL although root's own folders are closed to the user that
// PostgreSQL runs as: with a data folder that only root may enter, and with binaries there as well. Needs root.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, lstatSync, readdirSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installationOf, packageName, postgresBinaries } from '../../local/postgres/binaries.ts';
import { sharedFolder } from '../../local/postgres/placement.ts';
import { cleanUp, newDataDir, processesOf, startSupervised } from './supervised.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The parts that a start with stand-ins needs, in a folder that only root may enter. */
async function privateClone(): Promise<string> {
  const home = await mkdtemp(join(homedir(), 'private-'));
  await chmod(home, 0o700);
  const clone = join(home, 'shop');
  for (const part of ['local', 'runtime', 'services', 'tests', 'package.json']) {
    cpSync(join(root, part), join(clone, part), { recursive: true });
  }
  // Everything of node_modules by links but what is to be out of reach: PostgreSQL itself.
  const modules = join(clone, 'node_modules');
  await mkdir(modules);
  const scope = dirname(packageName);
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (name !== scope && name !== '.cache')
      await symlink(join(root, 'node_modules', name), join(modules, name));
  }
  const installed = dirname(installationOf(await postgresBinaries()));
  await mkdir(join(modules, scope));
  cpSync(installed, join(modules, packageName), { recursive: true, verbatimSymlinks: true });
  return clone;
}

describe('PostgreSQL under root, in a home that only root may enter', function () {
  this.timeout(60_000);
  let home: string | undefined;

  before(function () {
    if (process.getuid?.() === 0) return;
    console.error('SKIPPED: this needs root');
    this.skip();
  });

  afterEach(async () => {
    await cleanUp();
    if (home) await rm(home, { recursive: true, force: true });
    home = undefined;
  });

  it('keeps a private data folder’s cluster elsewhere, links to it, finds it again, and resets it', async () => {
    const dataDir = await newDataDir();
    await chmod(dirname(dataDir), 0o700);
    const first = await startSupervised(dataDir);
    await first.untilOpen();
    const link = join(dataDir, 'postgres');
    const cluster = readlinkSync(link);
    assert.ok(cluster.startsWith(`${sharedFolder}/`));
    assert.notEqual(statSync(cluster).uid, 0);
    assert.equal(statSync(cluster).mode & 0o077, 0);
    assert.equal(statSync(dirname(dataDir)).mode & 0o777, 0o700, 'what is not ours stays as it was');
    first.process.kill('SIGKILL');
    await first.untilEnded();
    const second = await startSupervised(dataDir);
    await second.untilOpen();
    second.process.kill('SIGTERM');
    assert.equal(await second.untilEnded(), 0);
    assert.deepEqual(processesOf(dataDir), []);
    assert.equal(realpathSync(link), cluster);

    const reset = spawnSync(process.execPath, [join(root, 'local/commands/reset.ts')], {
      env: { ...process.env, DATA_DIR: dataDir },
      encoding: 'utf8',
    });
    assert.equal(reset.stdout, `removed ${dirname(cluster)}\nremoved ${dataDir}\n`, reset.stderr);
    assert.ok(!existsSync(dirname(cluster)) && !existsSync(dataDir));
  });

  it('says so when the cluster elsewhere is gone, rather than to begin an empty one', async () => {
    const dataDir = await newDataDir();
    await chmod(dirname(dataDir), 0o700);
    const first = await startSupervised(dataDir);
    await first.untilOpen();
    first.process.kill('SIGTERM');
    await first.untilEnded();
    await rm(dirname(readlinkSync(join(dataDir, 'postgres'))), { recursive: true });
    const second = await startSupervised(dataDir);
    assert.equal(await second.untilEnded(), 1);
    assert.match(second.output(), /to which .* links, is gone: .*npm run reset/);
  });

  it('copies the binaries once when they lie there too, and a reset removes the copy', async () => {
    const clone = await privateClone();
    home = dirname(clone);
    const dataDir = join(clone, '.data');
    const script = join(clone, 'tests/local/stand-in/start.ts');
    const copies = () => readdirSync(sharedFolder).filter((name) => name.startsWith('binaries-'));
    const before = new Set(existsSync(sharedFolder) ? copies() : []);
    const first = await startSupervised(dataDir, {}, { script });
    await first.untilOpen();
    const [copy, ...others] = copies().filter((name) => !before.has(name));
    assert.ok(copy && others.length === 0);
    const { ino } = lstatSync(join(sharedFolder, copy));
    const statuses = await first.statuses();
    const server = statuses.find(({ name }) => name === 'postgres');
    assert.ok(readlinkSync(`/proc/${server?.pid}/exe`).startsWith(join(sharedFolder, copy)));
    first.process.kill('SIGTERM');
    assert.equal(await first.untilEnded(), 0);
    const second = await startSupervised(dataDir, {}, { script });
    await second.untilOpen();
    assert.equal(lstatSync(join(sharedFolder, copy)).ino, ino, 'copied once');
    second.process.kill('SIGTERM');
    assert.equal(await second.untilEnded(), 0);

    execFileSync(process.execPath, [join(clone, 'local/commands/reset.ts')], {
      env: { ...process.env, DATA_DIR: dataDir },
    });
    assert.ok(!existsSync(join(sharedFolder, copy)) && !existsSync(dataDir));
  });
});
