/**
 * From the start of a process to a handler that is ready, its clients built: each of the shop's AWS functions, from
 * its bundle, against a Python handler that builds boto3's DynamoDB, SQS and SNS clients. In turns, on one machine;
 * what Lambda itself adds (the sandbox, the download of the zip, its runtime) is in neither.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { buildUnits } from '../scripts/build/build.ts';
import { findUnits } from '../scripts/build/units.ts';
import { withClosing } from './support/closing.ts';
import { print, type Report } from './support/report.ts';
import { median, round } from './support/statistics.ts';

export interface ColdStartOptions {
  /** Starts of each. @default 15 */
  readonly rounds?: number;
}

const root = fileURLToPath(new URL('..', import.meta.url));
const python = fileURLToPath(new URL('./cold-start/clients.py', import.meta.url));

/** The goal: a function takes at most this part of what the Python handler takes. */
const goal = 0.5;

/** What every function needs to be set; none of it is called. */
const environment = {
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'none',
  AWS_SECRET_ACCESS_KEY: 'none',
  TOPIC_ARN: 'arn:aws:sns:eu-west-1:000000000000:shop',
  JWKS_URL: 'https://shop.example/.well-known/jwks.json',
  TOKEN_ISSUER: 'https://shop.example',
  PUBLIC_URL: 'https://shop.example',
  MAILER: 'ses',
  MAIL_FROM: 'Shop <orders@shop.example>',
  SMS_SENDER: 'sns',
};

export function benchColdStart({ rounds = 15 }: ColdStartOptions = {}): Promise<Report> {
  return withClosing(async (closing) => {
    const outDir = await mkdtemp(join(tmpdir(), 'shop-cold-start-'));
    closing.push(() => rm(outDir, { recursive: true, force: true }));
    const units = findUnits(root).filter(({ cloud, kind }) => cloud === 'aws' && kind === 'function');
    const built = await buildUnits({ root, outDir, units });
    const subjects = built.map(({ name, zipBytes }) => {
      const bundle = pathToFileURL(join(outDir, 'aws', name, 'main.mjs')).href;
      const script = `await import(${JSON.stringify(bundle)}); console.log('ready');`;
      return { name, zipBytes, command: [process.execPath, '--input-type=module', '--eval', script] };
    });
    const boto3 = await findBoto3();
    const yardstick = boto3 === undefined ? [] : [[boto3.python, python]];

    const times = new Map<string, number[]>();
    const measure = async (name: string, command: readonly string[]) => {
      const taken = await startOf(command);
      times.set(name, [...(times.get(name) ?? []), taken]);
    };
    for (let n = 0; n < rounds; n += 1) {
      for (const { name, command } of subjects) await measure(name, command);
      for (const command of yardstick) await measure('python', command);
    }
    const took = (name: string) => median(times.get(name) ?? []);
    const reference = took('python');
    const ratio = (name: string) =>
      boto3 === undefined ? '' : `, ${round(took(name) / reference, 2)} of Python's (goal: at most ${goal})`;
    return {
      name: 'cold start: from the start of a process to a handler with its clients built',
      lines: [
        ...subjects.map(
          ({ name, zipBytes }) =>
            `${name.padEnd(13)}${round(took(name), 0)} ms${ratio(name)}; ${round(zipBytes / 1_000, 0)} kB zipped`,
        ),
        boto3 === undefined
          ? 'python       NOT MEASURED, and so no ratio: it needs python3 with boto3 (pip install boto3)'
          : `python       ${round(reference, 0)} ms, boto3 ${boto3.version}`,
        `median of ${rounds} rounds in turns`,
      ],
    };
  });
}

/** Milliseconds until it says `ready`. */
async function startOf([command = '', ...args]: readonly string[]): Promise<number> {
  const began = performance.now();
  const child = spawn(command, args, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const exited = once(child, 'exit');
  const ready = new Promise<number>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text: Buffer) => {
        output += text;
        if (/^ready$/m.test(output)) resolve(performance.now() - began);
      });
    exited.then(() => reject(new Error(`${command} was never ready:\n${output.slice(-1_000)}`)));
  });
  try {
    return await ready;
  } finally {
    child.kill('SIGKILL');
    await exited;
  }
}

/** The interpreter itself, and not the shim of a version manager, which takes its own time. */
async function findBoto3(): Promise<{ readonly python: string; readonly version: string } | undefined> {
  const script = 'import sys, boto3; print(sys.executable, boto3.__version__)';
  return promisify(execFile)('python3', ['-c', script]).then(
    ({ stdout }) => {
      const [, path = '', version = ''] = /^(.*) (\S+)$/.exec(stdout.trim()) ?? [];
      return { python: path, version };
    },
    () => undefined,
  );
}

if (import.meta.main) print(await benchColdStart());
