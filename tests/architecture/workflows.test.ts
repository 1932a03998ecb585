/**
 * Proves of the workflows, as they are read from .github: they follow the schema of GitHub; every action is pinned to
 * a commit that docs/dependencies.md names; nobody has more rights, time or identity than given one by one; nothing
 * stored is needed, no text of a pull request becomes a script, what they call exists, and the stacks are all there
 * are. The rules are shown to refuse what breaks them.
 * Does not prove: that GitHub, AWS or Azure accept them, nor that a pinned commit is what its comment says it is.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { cloudNames } from '../../components/config/names.ts';
import { pinned, problemsOfAction, problemsOfWorkflow, type Workflow } from '../support/workflow-rules.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const workflowFiles = globSync('.github/workflows/*', { cwd: root });
const actionFiles = globSync('.github/actions/*/*', { cwd: root });
const workflow = (name: string) => parse(read(`.github/workflows/${name}.yml`)) as Workflow;
const onlyJob = (name: string) => Object.values(workflow(name).jobs)[0];

const expression = (text: string) => `\${{ ${text} }}`;

const stacks = globSync('Pulumi.*.yaml', { cwd: root })
  .map((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? '')
  .sort();

describe('workflows', () => {
  it('are there, with the actions of their own', () => {
    assert.deepEqual(workflowFiles.map((file) => basename(file)).sort(), [
      'ci.yml',
      'destroy.yml',
      'drift.yml',
      'preview.yml',
      'up.yml',
    ]);
    assert.deepEqual(actionFiles, ['.github/actions/stack/action.yml']);
  });

  for (const file of workflowFiles) {
    it(`${basename(file)} keeps every rule`, () => assert.deepEqual(problemsOfWorkflow(read(file)), []));
  }

  for (const file of actionFiles) {
    it(`${file} keeps every rule`, () => assert.deepEqual(problemsOfAction(read(file)), []));
  }

  it('use each action at one commit, with the version that the documentation names', () => {
    const documented = read('docs/dependencies.md');
    const lines = [...workflowFiles, ...actionFiles].flatMap((file) => read(file).split('\n'));
    const used = new Set(
      lines.flatMap((line) => {
        const [, action, commit, version] = pinned.exec(line) ?? [];
        return action === undefined ? [] : [`| \`${action}\` | ${version} | \`${commit}\` |`];
      }),
    );
    const undocumented = [...used].filter((row) => !documented.includes(row));
    assert.deepEqual(undocumented, []);
    assert.equal(new Set([...used].map((row) => row.split('|')[1])).size, used.size, 'one commit for each');
  });

  it('reach every stack there is, and every cloud has one', () => {
    for (const name of ['preview', 'up', 'drift']) {
      assert.deepEqual(onlyJob(name)?.strategy?.matrix.stack, stacks, name);
    }
    assert.deepEqual(workflow('destroy').on.workflow_dispatch?.inputs?.stack?.options, stacks);
    const clouds = stacks.map(
      (stack) => parse(read(`Pulumi.${stack}.yaml`)).config['ecommerce-platform:cloud'],
    );
    assert.deepEqual(clouds.sort(), [...cloudNames].sort());
  });

  it('never change a stack twice at a time, nor cut a change off', () => {
    assert.deepEqual(
      ['up', 'destroy'].map((name) => onlyJob(name)?.concurrency),
      ['matrix', 'inputs'].map((context) => ({
        group: `stack-${expression(`${context}.stack`)}`,
        'cancel-in-progress': false,
      })),
    );
  });

  it('give a preview and a check for drift another identity than a change', () => {
    assert.deepEqual(
      ['preview', 'drift', 'up', 'destroy'].map((name) => onlyJob(name)?.environment),
      [
        `${expression('matrix.stack')}-preview`,
        `${expression('matrix.stack')}-drift`,
        expression('matrix.stack'),
        expression('inputs.stack'),
      ],
    );
  });

  const bad: readonly (readonly [what: string, from: string | RegExp, to: string, problem: RegExp])[] = [
    ['an unknown key', 'timeout-minutes', 'timeout-minuets', /^schema: .*timeout-minuets/],
    ['an unknown event', 'pull_request:', 'pull_requests:', /^schema: /],
    ['an action at a tag', /@[0-9a-f]{40}/, '@v6', /^not pinned: /],
    ['an action at a short commit', /@([0-9a-f]{12})[0-9a-f]{28}/, '@$1', /^not pinned: /],
    ['a commit without its version', / # v6\.0\.2/, '', /^not pinned: /],
    ['rights for all jobs', 'permissions: {}', 'permissions: write-all', /^its own permissions/],
    ['no rights named', /permissions: \{\}\n/, '', /^its own permissions/],
    [
      'all rights for a job',
      /permissions:\n {6}contents.*\n.*\n.*/,
      'permissions: write-all',
      /permissions: write-all$/,
    ],
    ['a job without its rights', /permissions:\n {6}contents.*\n.*\n.*/, '', /permissions: none given$/],
    ['a job that may hang', / {4}timeout-minutes: 30\n/, '', /no timeout-minutes$/],
    ['a machine that changes', 'ubuntu-24.04', 'ubuntu-latest', /runs-on names no version$/],
    [
      'pull requests with the rights of main',
      'pull_request:',
      'pull_request_target:',
      /^on pull_request_target$/,
    ],
    ['a stored key', 'github.token', 'secrets.PAT', /^a stored secret: secrets\.PAT/],
    ['all stored keys', 'github.token', 'toJSON(secrets)', /^a stored secret: /],
    [
      'a title as a script',
      'pulumi preview',
      `echo ${expression('github.event.pull_request.title')}`,
      /^an expression in a script/,
    ],
    ['an identity for forks', / {4}if: github\.event.*\n/, '', /from forks$/],
    ['an identity for anybody', / {4}environment:.*\n/, '', /without an environment$/],
    ['a token left behind', 'persist-credentials: false', 'fetch-depth: 1', /^checkout leaves/],
    ['a shell that hides failures', 'shell: bash', 'shell: sh', /^its shell is not bash/],
    ['a script that is not there', 'comment.ts', 'coment.ts', /^there is no scripts\/github\/coment\.ts$/],
    [
      'an npm script that is not there',
      'run: pulumi preview',
      'run: npm run infrastructur #',
      /^there is no npm run/,
    ],
    ['a command that pulumi has not', 'pulumi preview', 'pulumi previews', /^not a command of pulumi/],
    [
      'a script that bash cannot read',
      'run: pulumi preview',
      'run: if true; pulumi preview',
      /^no script of bash/,
    ],
    [
      'an action of its own that is not there',
      './.github/actions/stack',
      './.github/actions/stak',
      /^there is no \.\//,
    ],
  ];
  for (const [what, from, to, problem] of bad) {
    it(`would be refused with ${what}`, () => {
      const text = read('.github/workflows/preview.yml');
      const broken = text.replace(from, to);
      assert.notEqual(broken, text);
      assert.match(problemsOfWorkflow(broken).join('\n'), new RegExp(problem.source, 'm'));
    });
  }

  it('would be refused with an identity on any branch', () => {
    const broken = read('.github/workflows/up.yml').replace(/ {4}if: github\.ref.*\n/, '');
    assert.deepEqual(problemsOfWorkflow(broken), ['job up: an identity on any branch']);
  });

  const actionlint = /go run \S*actionlint\S*/.exec(read('.github/workflows/ci.yml'))?.[0] ?? '';
  const hasGo = process.env.LONG && spawnSync('go', ['version']).status === 0;
  if (hasGo)
    it('pass actionlint', () => {
      const { status, stdout, stderr } = spawnSync(actionlint, { shell: true, cwd: root, encoding: 'utf8' });
      assert.equal(status, 0, stdout + stderr);
    }).timeout(180_000);
  else if (process.env.LONG) it('pass actionlint (skipped: there is no go on PATH)');
});
