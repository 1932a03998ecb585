import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Run } from './report.ts';

/** Who a workflow's token is. */
export const bot = 'github-actions[bot]';

/**
 * Asks GitHub's API by `gh`, which a runner has, with the token of GH_TOKEN.
 *
 * @param path below `repos/OWNER/NAME/`
 * @throws Error when `gh` fails; what it says is on standard error
 */
export function api<Answer>(method: 'GET' | 'POST' | 'PATCH', path: string, body?: object): Answer {
  const url = `repos/${required('GITHUB_REPOSITORY')}/${path}`;
  const reading = ['--paginate', '--slurp'];
  const args = ['api', '--method', method, url, ...(body ? ['--input', '-'] : reading)];
  const answer = execFileSync('gh', args, {
    encoding: 'utf8',
    input: body && JSON.stringify(body),
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  // Reading gives a list of pages, each a list.
  return body ? JSON.parse(answer) : JSON.parse(answer).flat();
}

/** The run that the workflow's variables and the file of its output tell of. */
export function thisRun(): Run {
  const [file] = process.argv.slice(2);
  if (file === undefined) throw new Error('name the file with the output of pulumi');
  return {
    stack: required('STACK'),
    output: readFileSync(file, 'utf8'),
    succeeded: required('OUTCOME') === 'success',
    url: `${required('GITHUB_SERVER_URL')}/${required('GITHUB_REPOSITORY')}/actions/runs/${required('GITHUB_RUN_ID')}`,
  };
}

/** @throws Error that names the variable, when it is not there */
export function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: this runs in a workflow of .github/workflows`);
  return value;
}
