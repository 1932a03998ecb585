import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, sep } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Counts } from './count-reporter.ts';
import { parts, type Suite, suites } from './test-suites.ts';

/**
 * Runs the test suites, each in a mocha process of its own, and adds up: three at a time, for much of each is
 * waiting. Exit code 0 means that every suite that could ran at least one test and none failed.
 */
const usage = `node scripts/test.ts [suite …] [--long] [--grep TEXT]

  suite    some of: unit architecture contract integration infrastructure engine local e2e
           e2e-aws e2e-azure; all by default
  --long   sets LONG=1, for the tests that take minutes (random kills, whole lives of stacks)
  --grep   only the tests whose title matches, as mocha does`;

const allSuites = suites.map(({ name }) => name);
/** Suites at the same time. Those that take minutes are loads of their own, and would only measure each other. */
const lanes = (long: boolean) => (long ? 1 : 3);
const root = fileURLToPath(new URL('..', import.meta.url));

interface SuiteResult extends Counts {
  readonly suite: string;
  readonly seconds: number;
  /** Why the suite failed beyond its failed tests. */
  readonly problem?: string;
}

/** The longest that one suite may take, in minutes. */
const limitMinutes = (long: boolean) => (long ? 45 : 10);
/** From its last test to its end, a suite has so many milliseconds: what it leaves open shows here. */
const lingerMs = 15_000;
const lastWordsMs = 500;

async function runSuite(
  suite: string,
  long: boolean,
  grep: string | undefined,
  output: NodeJS.WritableStream,
): Promise<SuiteResult> {
  output.write(`\n━━ ${suite} ━━\n`);
  const found = suites.find(({ name }) => name === suite) as Suite;
  const { folder, env = {}, bundles } = found;
  const without = leftOut(found, long);
  for (const [file, why] of Object.entries(without)) output.write(`  without ${file}: ${why}\n`);
  const files = globSync(`tests/${folder}/**/*.test.ts`, { cwd: root })
    .map((file) => file.replaceAll(sep, '/'))
    .filter((file) => !(basename(file, '.test.ts') in without))
    .sort();
  const nothing = { suite, seconds: 0, passed: 0, failed: [], skipped: [] };
  if (files.length === 0) return { ...nothing, problem: `no file tests/${folder}/**/*.test.ts` };
  const unable = new Map(files.flatMap((file) => missingPart(found, file)));
  const able = files.filter((file) => !unable.has(file));
  const skippedFiles = [...unable].map(([file, part]) => `${file}, which needs ${part}`);
  if (able.length === 0) return { ...nothing, skipped: skippedFiles };
  if (bundles) await build(bundles);
  const countsFile = join(tmpdir(), `counts-${process.pid}-${suite}.json`);
  const began = Date.now();
  const ended = await runMocha(able, { ...env, COUNTS_FILE: countsFile }, long, grep, output);
  const counted = readCounts(countsFile);
  const counts = counted && { ...counted, skipped: [...counted.skipped, ...skippedFiles] };
  rmSync(countsFile, { force: true });
  const seconds = (Date.now() - began) / 1000;
  if (!counts) return { ...nothing, seconds, problem: `ended before its last test (${ended})` };
  const ran = counts.passed + counts.failed.length;
  if (ran === 0) return { ...counts, suite, seconds, problem: 'not one test ran' };
  const problem = ended !== 'exit code 0' && counts.failed.length === 0 ? ended : undefined;
  return { ...counts, suite, seconds, problem };
}

async function build(cloud: string): Promise<void> {
  const child = spawn(process.execPath, ['scripts/build.ts', cloud], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const code = await new Promise((resolve) => child.once('exit', resolve));
  if (code !== 0) throw new Error(`the bundles for ${cloud} could not be built: npm run build ${cloud}`);
}

/** Files that the suite does not run, each with the reason. */
const leftOut = ({ without, onlyLong = [] }: Suite, long: boolean): Readonly<Record<string, string>> => ({
  ...without,
  ...(!long && Object.fromEntries(onlyLong.map((file) => [file, 'takes minutes; npm run test:all runs it']))),
});

/** The file with the part that it needs and that is not here, if any. */
const missingPart = (suite: Suite, file: string): (readonly [string, string])[] =>
  parts.filter((part) => !part.isThere && part.needs(suite, file)).map(({ name }) => [file, name]);

/** @returns how the process ended */
function runMocha(
  files: string[],
  env: NodeJS.ProcessEnv & { readonly COUNTS_FILE: string },
  long: boolean,
  grep: string | undefined,
  output: NodeJS.WritableStream,
): Promise<string> {
  const args = ['node_modules/mocha/bin/mocha.js', '--reporter', './scripts/count-reporter.ts'];
  if (grep !== undefined) args.push('--grep', grep);
  const child = spawn(process.execPath, [...args, ...files], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env, ...(long && { LONG: '1' }) },
  });
  child.stdout.pipe(output, { end: false });
  child.stderr.pipe(output, { end: false });
  return new Promise((resolve) => {
    const deadline = Date.now() + limitMinutes(long) * 60_000;
    let countedAt: number | undefined;
    let killed: string | undefined;
    const watch = setInterval(() => {
      if (countedAt === undefined && readCounts(env.COUNTS_FILE)) countedAt = Date.now();
      if (Date.now() > deadline) killed = `took more than ${limitMinutes(long)} minutes`;
      else if (countedAt !== undefined && Date.now() - countedAt > lingerMs)
        killed = `did not end ${lingerMs / 1000} s after its last test: something was left open`;
      if (killed !== undefined) child.kill('SIGKILL');
    }, 500);
    child.once('error', (error) => {
      clearInterval(watch);
      resolve(error.message);
    });
    child.once('exit', (code, signal) => {
      clearInterval(watch);
      const how = killed ?? (signal === null ? `exit code ${code}` : signal);
      // Its last words may still be on their way; but what it left running may hold the pipe open for ever.
      child.once('close', () => resolve(how));
      setTimeout(resolve, lastWordsMs, how);
    });
  });
}

function readCounts(file: string): Counts | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Counts;
  } catch {
    return undefined;
  }
}

/** Tests that are named one by one, when no more are skipped for the same reason. */
const named = 3;

/** Titles that end with the same reason become one line with their number. */
function gathered(titles: readonly string[]): string[] {
  const reason = (title: string) =>
    /^(\S+: ).*(\(skipped [^()]*\))$/.exec(title)?.slice(1).join('… ') ?? title;
  return Object.entries(Object.groupBy(titles, reason)).flatMap(([why, those = []]) =>
    those.length > named ? [`${why}: ${those.length} tests`] : those,
  );
}

/** @returns whether all is well */
function summarize(results: readonly SuiteResult[]): boolean {
  console.log('\n━━ summary ━━');
  for (const { suite, seconds, passed, failed, skipped, problem } of results) {
    const counted = `${passed} passed, ${failed.length} failed, ${skipped.length} skipped`;
    console.log(
      `${suite.padEnd(14)}${seconds.toFixed(1).padStart(7)} s  ${counted}${problem ? `  ✖ ${problem}` : ''}`,
    );
  }
  const skipped = results.flatMap((result) => result.skipped.map((title) => `${result.suite}: ${title}`));
  if (skipped.length > 0)
    console.log(`\nSKIPPED, and so not proven by this run:\n  ${gathered(skipped).join('\n  ')}`);
  // Once more at the end: where a log was cut, its end is what is left.
  for (const { suite, failed } of results)
    for (const { title, message } of failed) console.log(`\nFAILED ${suite}: ${title}\n  ${message}`);
  const sum = (count: (result: SuiteResult) => number) =>
    results.reduce((total, result) => total + count(result), 0);
  // A suite that broke down counts as one failure, so that the last line never looks better than the run was.
  const failed = sum((result) => result.failed.length + (result.problem === undefined ? 0 : 1));
  console.log(`\n${sum((result) => result.passed)} passed, ${failed} failed, ${skipped.length} skipped`);
  return failed === 0;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { long: { type: 'boolean', default: false }, grep: { type: 'string' }, help: { type: 'boolean' } },
});
const unknown = positionals.filter((suite) => !allSuites.includes(suite));
if (values.help || unknown.length > 0) {
  if (unknown.length > 0) console.error(`unknown: ${unknown.join(', ')}\n`);
  console.log(usage);
  process.exit(unknown.length > 0 ? 2 : 0);
}
const wanted = suites
  .filter(({ name, onlyNamed }) => (positionals.length === 0 ? !onlyNamed : positionals.includes(name)))
  .map(({ name }) => name);
const outputs = new Map(
  wanted.map((suite) => [suite, new PassThrough({ highWaterMark: Number.MAX_SAFE_INTEGER })]),
);
const results: SuiteResult[] = [];
const waiting = [...outputs];
const runLane = async () => {
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const [suite, output] = next;
    results.push(await runSuite(suite, values.long, values.grep, output));
    output.end();
  }
};
const running = Array.from({ length: lanes(values.long) }, runLane);
// What a suite says is held back until those before it are through, so that each is read in one piece.
// Not by a pipeline: each would leave its listeners on this process's own output.
for (const output of outputs.values())
  for await (const part of output) if (!process.stdout.write(part)) await once(process.stdout, 'drain');
await Promise.all(running);
const inOrder = results.toSorted((one, other) => wanted.indexOf(one.suite) - wanted.indexOf(other.suite));
process.exitCode = summarize(inOrder) ? 0 : 1;
