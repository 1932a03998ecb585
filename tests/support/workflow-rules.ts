import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ValidationState, validateAction, validateWorkflow } from '@action-validator/core';
import { parse } from 'yaml';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Step {
  readonly name?: string;
  readonly run?: string;
  readonly uses?: string;
  readonly shell?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

export interface Job {
  readonly if?: string;
  readonly 'runs-on'?: string;
  readonly 'timeout-minutes'?: number;
  readonly environment?: string;
  readonly permissions?: Readonly<Record<string, string>> | string;
  readonly concurrency?: { readonly group: string; readonly 'cancel-in-progress': boolean };
  readonly strategy?: { readonly matrix: { readonly stack: readonly string[] } };
  readonly steps?: readonly Step[];
}

export interface Workflow {
  readonly on: Readonly<Record<string, { readonly inputs?: Record<string, { options?: string[] }> } | null>>;
  readonly permissions?: unknown;
  readonly defaults?: { readonly run?: { readonly shell?: string } };
  readonly jobs: Readonly<Record<string, Job>>;
}

interface Action {
  readonly runs: { readonly steps: readonly Step[] };
}

/** `uses: owner/name@commit # v1.2.3`, or an action of this repository. */
export const pinned = /^\s*(?:- )?uses: (?:\.\/\S+|([\w.-]+\/[\w./-]+)@([0-9a-f]{40}) # (v\d+\.\d+\.\d+))$/;

/** Every rule that a workflow breaks, in words. */
export function problemsOfWorkflow(text: string): string[] {
  const workflow = parse(text) as Workflow;
  const jobs = Object.entries(workflow.jobs ?? {});
  return [
    ...schemaProblems(validateWorkflow(text)),
    ...problemsOfText(text),
    ...problemsOfSteps(jobs.flatMap(([, { steps = [] }]) => steps)),
    ...['pull_request_target', 'workflow_run']
      .filter((event) => event in workflow.on)
      .map((event) => `on ${event}`),
    ...(JSON.stringify(workflow.permissions) === '{}' ? [] : ['its own permissions are not {}']),
    ...(workflow.defaults?.run?.shell === 'bash' ? [] : ['its shell is not bash, which has pipefail']),
    ...jobs.flatMap(([name, job]) =>
      problemsOfJob(workflow, job).map((problem) => `job ${name}: ${problem}`),
    ),
  ];
}

/** As {@link problemsOfWorkflow}, of a composite action. */
export function problemsOfAction(text: string): string[] {
  const { steps } = (parse(text) as Action).runs;
  return [
    ...schemaProblems(validateAction(text)),
    ...problemsOfText(text),
    ...problemsOfSteps(steps),
    ...steps
      .filter(({ run, shell }) => run && shell !== 'bash')
      .map(({ run }) => `its shell is not bash: ${run}`),
  ];
}

const schemaProblems = ({ errors }: ValidationState) =>
  errors.map((error) => `schema: ${JSON.stringify(error)}`);

function problemsOfText(text: string): string[] {
  const uses = text.split('\n').filter((line) => /^\s*(- )?uses:/.test(line));
  return [
    ...uses.filter((line) => !pinned.test(line)).map((line) => `not pinned: ${line.trim()}`),
    ...[...text.matchAll(/\bsecrets\b[^\s}]*/g)].map(([what]) => `a stored secret: ${what}`),
  ];
}

function problemsOfJob(workflow: Workflow, job: Job): string[] {
  const { permissions = 'none given', environment } = job;
  const found: string[] = [];
  if (!job['timeout-minutes']) found.push('no timeout-minutes');
  if (!/-\d/.test(job['runs-on'] ?? '')) found.push('runs-on names no version');
  if (typeof permissions === 'string') return [...found, `permissions: ${permissions}`];
  if (permissions['id-token'] !== undefined) {
    // Who trusts the token asks for the environment, whose rules say what may run in it.
    if (!environment) found.push('an identity without an environment');
    if ('pull_request' in workflow.on && !job.if?.includes('head.repo.full_name == github.repository'))
      found.push('an identity for pull requests from forks');
    if (!('pull_request' in workflow.on) && job.if !== "github.ref == 'refs/heads/main'")
      found.push('an identity on any branch');
  }
  return found;
}

function problemsOfSteps(steps: readonly Step[]): string[] {
  return steps.flatMap((step) => [
    ...(step.uses?.startsWith('actions/checkout@') && step.with?.['persist-credentials'] !== false
      ? ['checkout leaves its token behind']
      : []),
    ...(step.uses?.startsWith('./') && !existsSync(join(root, step.uses, 'action.yml'))
      ? [`there is no ${step.uses}`]
      : []),
    ...(step.run === undefined ? [] : problemsOfRun(step.run)),
  ]);
}

const pulumiCommands = /\bpulumi (?:preview|up|destroy|stack select|config get) /;

function problemsOfRun(run: string): string[] {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const called = [...run.matchAll(/\bnpm (?:run )?([\w:-]+)/g)].map(([, script = '']) => script);
  const files = [...run.matchAll(/(?:^|\bnode |\s)([\w.-]+(?:\/[\w.-]+)+\.ts|\.ci\/run)\b/g)].map(
    ([, file = '']) => file,
  );
  const pulumi = run.split('\n').filter((line) => /(?:^|[ (])pulumi /.test(line) && !line.includes('echo'));
  return [
    // Whatever is put into a script as text can be a script itself; as a variable it cannot.
    ...(/\$\{\{/.test(run) ? [`an expression in a script: ${run}`] : []),
    ...called.filter((script) => !(script in scripts)).map((script) => `there is no npm run ${script}`),
    ...files.filter((file) => !existsSync(join(root, file))).map((file) => `there is no ${file}`),
    ...pulumi
      .filter((line) => !pulumiCommands.test(`${line} `))
      .map((line) => `not a command of pulumi: ${line}`),
    ...syntaxError(run),
  ];
}

function syntaxError(run: string): string[] {
  try {
    execFileSync('bash', ['-n'], { input: run, stdio: ['pipe', 'ignore', 'pipe'] });
    return [];
  } catch (error) {
    return [`no script of bash: ${error instanceof Error ? error.message : error}`];
  }
}
