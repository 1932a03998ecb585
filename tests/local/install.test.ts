// Proves when scripts/install.mjs installs, how it says that it cannot, and that two at once do it once. npm is a
// stand-in that makes the few files looked for: that the real npm accepts the lock file is for a fresh clone to
// show, as .ci/run on a clean machine does.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageName } from '../../local/postgres/binaries.ts';
import { eventually } from './supervised.ts';

const installer = fileURLToPath(new URL('../../scripts/install.mjs', import.meta.url));

/** Notes its arguments, waits, and then fails or makes what an install makes, as NPM_DOES says. */
const npm = `
const fs = require('node:fs');
const { NPM_DOES = 'install', NPM_TAKES_MS = '0' } = process.env;
fs.appendFileSync('npm.log', process.argv.slice(2).join(' ') + '\\n');
fs.rmSync('node_modules', { recursive: true, force: true });
setTimeout(() => {
  if (NPM_DOES === 'fail') {
    console.error('npm error code ENOTFOUND\\nnpm error network request to the registry failed');
    process.exit(1);
  }
  const packages = NPM_DOES === 'skip' ? ['node'] : ['node', '${packageName}'];
  for (const name of packages) {
    fs.mkdirSync('node_modules/' + name, { recursive: true });
    fs.writeFileSync('node_modules/' + name + '/package.json', '{}');
  }
  fs.mkdirSync('node_modules/.bin');
  for (const name of ['node', 'node.cmd']) fs.writeFileSync('node_modules/.bin/' + name, '');
}, Number(NPM_TAKES_MS));
`;

describe('the installer', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'shop-install-'));
    mkdirSync(join(folder, 'scripts'));
    cpSync(installer, join(folder, 'scripts/install.mjs'));
    writeFileSync(join(folder, 'package-lock.json'), '{"lockfileVersion":3}');
    writeFileSync(join(folder, 'npm-cli.js'), npm);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  function start(
    env: NodeJS.ProcessEnv = {},
    ...args: string[]
  ): {
    child: ChildProcess;
    done: Promise<{ code: number; said: string }>;
  } {
    const child = spawn(process.execPath, [join(folder, 'scripts/install.mjs'), ...args], {
      cwd: tmpdir(),
      env: {
        ...process.env,
        npm_execpath: join(folder, 'npm-cli.js'),
        npm_node_execpath: process.execPath,
        ...env,
      },
    });
    let said = '';
    child.stdout.on('data', (data) => {
      said += data;
    });
    child.stderr.on('data', (data) => {
      said += data;
    });
    return { child, done: once(child, 'close').then(([code]) => ({ code, said })) };
  }
  const run = (env?: NodeJS.ProcessEnv, ...args: string[]) => start(env, ...args).done;
  const installs = () =>
    existsSync(join(folder, 'npm.log'))
      ? readFileSync(join(folder, 'npm.log'), 'utf8').trim().split('\n')
      : [];

  it('installs what is missing, with one line, and then says and does nothing', async () => {
    const first = await run({ NODE_ENV: 'production' });
    assert.equal(first.code, 0, first.said);
    assert.match(first.said, /^installing the dependencies from package-lock\.json … done in [\d.]+ s\n$/);
    assert.match(installs()[0] ?? '', /^ci .*--include=dev/);
    assert.deepEqual(await run(), { code: 0, said: '' });
    assert.equal(installs().length, 1);
    assert.deepEqual(readdirSync(join(folder, '.tmp')), []);
  });

  it('installs again when the lock file changes, or node_modules goes', async () => {
    await run();
    writeFileSync(join(folder, 'package-lock.json'), '{"lockfileVersion":3,"changed":true}');
    await run();
    assert.equal(installs().length, 2);
    rmSync(join(folder, 'node_modules'), { recursive: true });
    await run();
    assert.equal(installs().length, 3);
  });

  it('installs a folder that has a lock file of its own, when it is named, and nothing else', async () => {
    mkdirSync(join(folder, 'beside'));
    writeFileSync(join(folder, 'beside/package-lock.json'), '{"lockfileVersion":3}');
    const first = await run({ NPM_DOES: 'skip' }, 'beside');
    assert.equal(first.code, 0, first.said);
    assert.match(
      first.said,
      /^installing what beside\/ needs from beside\/package-lock\.json … done in [\d.]+ s\n$/,
    );
    assert.deepEqual(await run({}, 'beside'), { code: 0, said: '' });
    assert.ok(existsSync(join(folder, 'beside/node_modules/node')));
    assert.ok(!existsSync(join(folder, 'node_modules')));
  });

  it('fails with npm’s own words and a hint, and tries again at the next call', async () => {
    const failed = await run({ NPM_DOES: 'fail' });
    assert.equal(failed.code, 1);
    assert.match(failed.said, /npm error code ENOTFOUND[\s\S]*registry cannot be reached/);
    assert.equal((await run()).code, 0);
    assert.equal(installs().length, 2);
  });

  it('names the package for this platform that npm left out', async () => {
    const failed = await run({ NPM_DOES: 'skip' });
    assert.equal(failed.code, 1);
    assert.ok(failed.said.includes(packageName), failed.said);
    assert.equal((await run()).code, 0, 'not taken for installed');
  });

  it('installs once when several start at the same time', async () => {
    const all = await Promise.all([1, 2, 3].map(() => run({ NPM_TAKES_MS: '600' })));
    assert.deepEqual(
      all.map(({ code }) => code),
      [0, 0, 0],
      all.map(({ said }) => said).join(),
    );
    assert.equal(installs().length, 1);
  });

  it('waits for the npm that a killed installer left, then installs', async () => {
    const killed = start({ NPM_TAKES_MS: '1500' });
    await eventually(() => assert.equal(installs().length, 1));
    killed.child.kill('SIGKILL');
    const began = Date.now();
    const second = await run();
    assert.equal(second.code, 0, second.said);
    assert.match(second.said, /waiting for it/);
    assert.ok(Date.now() - began > 500);
    assert.equal(installs().length, 2);
  });
});
