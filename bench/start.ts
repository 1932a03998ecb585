/**
 * From `npm start` to the first confirmed order: in a fresh clone, with the install from npm's cache as this
 * machine has it, and at later starts.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join, sep } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePort } from '../tests/support/free-port.ts';
import { openShopper, type Shopper } from './start/shopper.ts';
import { type Closing, withClosing } from './support/closing.ts';
import { print, type Report } from './support/report.ts';
import { median, round } from './support/statistics.ts';

export interface StartOptions {
  /** Later starts. @default 5 */
  readonly rounds?: number;
}

const root = fileURLToPath(new URL('..', import.meta.url));
const run = promisify(execFile);

export function benchStart({ rounds = 5 }: StartOptions = {}): Promise<Report> {
  return withClosing(async (closing) => {
    const clone = await freshClone(closing);
    const settings = {
      PORT: String(await freePort()),
      CONSOLE_PORT: String(await freePort()),
      DATA_DIR: join(clone.folder, '.data'),
    };
    const shopper = openShopper(`http://127.0.0.1:${settings.PORT}`);
    const first = await start(clone.folder, settings, shopper, closing);
    const later: Start[] = [];
    for (let n = 0; n < rounds; n += 1) later.push(await start(clone.folder, settings, shopper, closing));
    const seconds = later.map(({ confirmed }) => confirmed);
    return {
      name: 'start: from `npm start` to the first confirmed order',
      lines: [
        `fresh clone   ${show(first.confirmed)} s (goal: at most 60): installed after ${show(first.installed)}, ` +
          `open after ${show(first.open)}; once, on npm's cache as it was`,
        `later start   ${show(median(seconds))} s (goal: at most 6): open after ${show(median(later.map(({ open }) => open)))}; ` +
          `median of ${rounds} rounds: ${seconds.map(show).join(', ')}`,
        `commit        ${clone.commit}, a clone of it took ${show(clone.seconds)} s`,
      ],
    };
  });
}

const show = (seconds: number) => round(seconds, 1);

interface Clone {
  readonly folder: string;
  readonly commit: string;
  readonly seconds: number;
}

/** What is committed, and nothing else. */
async function freshClone(closing: Closing): Promise<Clone> {
  const parent = await mkdtemp(join(tmpdir(), 'shop-clone-'));
  closing.push(() => rm(parent, { recursive: true, force: true, maxRetries: 5 }));
  await chmod(parent, 0o755);
  const folder = join(parent, 'shop');
  const began = performance.now();
  await run('git', ['clone', '--quiet', root, folder]);
  const seconds = (performance.now() - began) / 1000;
  const { stdout } = await run('git', ['-C', folder, 'log', '-1', '--format=%h %s']);
  return { folder, commit: stdout.trim(), seconds };
}

/** Seconds since `npm start`. */
interface Start {
  /** Until the dependencies were there. */
  readonly installed: number;
  /** Until it said that the shop is open. */
  readonly open: number;
  /** Until an order was confirmed that a shopper placed then, after logging in. */
  readonly confirmed: number;
}

/** The longest that a start may take, in milliseconds. */
const deadlineMs = 300_000;

async function start(
  folder: string,
  settings: Readonly<Record<string, string>>,
  shopper: Shopper,
  closing: Closing,
): Promise<Start> {
  const began = performance.now();
  const since = () => (performance.now() - began) / 1000;
  const npm = spawn('npm', ['start'], {
    cwd: folder,
    env: { ...plainEnvironment(), ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const stop = () => stopGroup(npm);
  closing.push(stop);
  let output = '';
  const marks: { installed?: number; open?: number } = {};
  const read = (data: Buffer) => {
    output += data;
    if (output.includes('node local/start.ts') || /done in [\d.]+ s/.test(output))
      marks.installed ??= since();
    if (output.includes('the shop is open')) marks.open ??= since();
  };
  npm.stdout.on('data', read);
  npm.stderr.on('data', read);

  const giveUp = new AbortController();
  const fail = (reason: string) => giveUp.abort(new Error(`${reason}:\n${output.slice(-3_000)}`));
  const timer = setTimeout(fail, deadlineMs, 'no order was confirmed in time');
  const onExit = () => fail('npm start ended');
  npm.once('exit', onExit);
  try {
    // Before that the sample catalogue may still be without stock.
    while (marks.open === undefined) {
      giveUp.signal.throwIfAborted();
      await sleep(5);
    }
    await shopper.buy(giveUp.signal);
    const confirmed = since();
    return { installed: marks.installed ?? Number.NaN, open: marks.open, confirmed };
  } finally {
    clearTimeout(timer);
    npm.off('exit', onExit);
    await stop();
  }
}

/** npm hands a signal on to what it runs, but not all versions do so before they end themselves. */
async function stopGroup(npm: ChildProcess): Promise<void> {
  if (npm.pid === undefined) return;
  const group = -npm.pid;
  signal(group, 'SIGTERM');
  for (const deadline = Date.now() + 30_000; signal(group, 0); await sleep(20)) {
    if (Date.now() > deadline) signal(group, 'SIGKILL');
  }
}

/** False when there is no such process. */
function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

/** The environment of somebody's own terminal: without what npm adds for the scripts of this folder. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const ours =
    /^(npm_(package|lifecycle|config_local_prefix|config_prefix|execpath|node_execpath|command)|INIT_CWD$|NODE$)/;
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name)));
  const inside = (folder: string) => `${folder}${sep}`.startsWith(root) || folder.includes('node-gyp-bin');
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => !inside(folder));
  return { ...env, PATH: path.join(delimiter) };
}

if (import.meta.main) print(await benchStart());
