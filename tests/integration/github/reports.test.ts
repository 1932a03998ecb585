/**
 * Proves what the workflows say on GitHub: one comment for each stack, one issue as long as there is drift, both
 * found again among others, nothing of a foreign text running out of its frame or over GitHub's limit. The real
 * scripts run, with a `gh` in their way that answers from a file and writes down what it was asked.
 * Does not prove: that GitHub takes it, nor that a runner's own `gh` has these options.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commentMarker, previewComment } from '../../../scripts/github/report.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const bot = { login: 'github-actions[bot]' };

const counts = 'Resources:\n    + 2 to create\n    3 unchanged\n';
const preview = `  + aws:sqs/queue:Queue: (create)\n      name: "ecommerce-aws-mail"\n${counts}`;

interface Asked {
  readonly args: readonly string[];
  readonly body?: { readonly body?: string; readonly title?: string; readonly state?: string };
}

describe('what workflows say on GitHub', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'shop-gh-'));
    const gh = `#!/bin/bash
printf '%s\\0' "$@" >>"$ASKED/args"; printf '\\n' >>"$ASKED/args"
if [[ " $* " == *' --input - '* ]]; then cat >>"$ASKED/bodies"; echo >>"$ASKED/bodies"; echo '{}'
else cat "$ASKED/answer"; fi
`;
    writeFileSync(join(folder, 'gh'), gh);
    chmodSync(join(folder, 'gh'), 0o755);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** @param pages what GitHub has, as `gh api --paginate --slurp` answers */
  function run(
    script: 'comment' | 'drift-issue',
    output: string,
    outcome: string,
    pages: object[][],
    more = {},
  ) {
    writeFileSync(join(folder, 'answer'), JSON.stringify(pages));
    writeFileSync(join(folder, 'output.txt'), output);
    const env = {
      PATH: `${folder}${delimiter}${process.env.PATH}`,
      ASKED: folder,
      STACK: 'aws',
      OUTCOME: outcome,
      PULL_REQUEST: '12',
      GITHUB_REPOSITORY: 'someone/shop',
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_RUN_ID: '77',
      ...more,
    };
    const args = [`scripts/github/${script}.ts`, join(folder, 'output.txt')];
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: root, env, encoding: 'utf8' });
    return { status, stderr };
  }

  /** All that was asked, in order; a list was asked first. */
  function asked(): Asked[] {
    const lines = (file: string) => readFileSync(join(folder, file), 'utf8').trimEnd().split('\n');
    const bodies = (lines('args').length > 1 ? lines('bodies') : []).map((line) => JSON.parse(line));
    return lines('args').map((line, index) => ({
      args: line.split('\0').slice(0, -1),
      ...(index > 0 && { body: bodies[index - 1] }),
    }));
  }
  const calls = () => asked().map(({ args }) => `${args[2]} ${args[3]}`);

  const earlier = [
    [{ id: 1, user: { login: 'somebody' }, body: commentMarker('aws') }],
    [
      { id: 2, user: bot, body: `${commentMarker('azure')}\nold` },
      { id: 3, user: bot, body: `${commentMarker('aws')}\nold` },
    ],
  ];

  it('the first preview is a comment with the counts and the diff', () => {
    assert.deepEqual(run('comment', preview, 'success', [[]]), { status: 0, stderr: '' });
    const [list, post, ...rest] = asked();
    assert.deepEqual(rest, []);
    assert.deepEqual(list?.args, [
      'api',
      '--method',
      'GET',
      'repos/someone/shop/issues/12/comments?per_page=100',
      '--paginate',
      '--slurp',
    ]);
    assert.deepEqual(post?.args, [
      'api',
      '--method',
      'POST',
      'repos/someone/shop/issues/12/comments',
      '--input',
      '-',
    ]);
    assert.equal(
      post?.body?.body,
      [
        '<!-- preview of aws -->',
        '### What `pulumi up` would do to `aws`',
        `\`\`\`\n${counts.trimEnd()}\n\`\`\``,
        `<details><summary>Output</summary>\n\n\`\`\`diff\n${preview.trimEnd()}\n\`\`\`\n\n</details>`,
        '[log](https://github.com/someone/shop/actions/runs/77)',
      ].join('\n\n'),
    );
  });

  it('a later preview takes the place of its own comment, on whatever page, and of nobody else’s', () => {
    assert.equal(run('comment', preview, 'success', earlier).status, 0);
    assert.deepEqual(calls().slice(1), ['PATCH repos/someone/shop/issues/comments/3']);
  });

  it('a preview that failed says so', () => {
    run('comment', 'error: no credentials', 'failure', [[]]);
    assert.match(
      asked()[1]?.body?.body ?? '',
      /### The preview of `aws` failed\n[\s\S]*error: no credentials/,
    );
  });

  it('a text with fences of its own stays inside its frame', () => {
    const text = '+ description: "````\n</details> @everyone"';
    const body = previewComment({ stack: 'aws', output: text, succeeded: true, url: 'https://example.com' });
    assert.ok(body.includes(`\`\`\`\`\`diff\n${text}\n\`\`\`\`\`\n`), body);
  });

  it('a long diff is cut to what GitHub takes, and its end with the counts stays', () => {
    const output = `${'  + aws:sqs/queue:Queue: (create)\n'.repeat(5_000)}${counts}`;
    const body = previewComment({ stack: 'aws', output, succeeded: true, url: 'https://example.com' });
    assert.ok(body.length < 65_536, `${body.length} characters`);
    assert.match(body, /3 unchanged\n```\n\n<\/details>\n\nthe end of it; the whole is in \[the log\]/);
  });

  const drift = 'error: no changes were expected but changes were proposed';
  const open = [[{ number: 4, title: 'Drift in stack azure' }], [{ number: 5, title: 'Drift in stack aws' }]];

  it('drift makes an issue', () => {
    assert.deepEqual(run('drift-issue', drift, 'failure', [[open[0]?.[0] as object]]), {
      status: 0,
      stderr: '',
    });
    const [list, post, ...rest] = asked();
    assert.deepEqual(rest, []);
    assert.match(list?.args[3] ?? '', /issues\?state=open&creator=github-actions%5Bbot%5D&per_page=100$/);
    assert.equal(post?.body?.title, 'Drift in stack aws');
    assert.match(post?.body?.body ?? '', /no longer what the program says[\s\S]*changes were proposed/);
  });

  it('drift that stays is written into the same issue', () => {
    run('drift-issue', drift, 'failure', open);
    assert.deepEqual(calls().slice(1), ['PATCH repos/someone/shop/issues/5']);
  });

  it('a check that could not be made is no drift, and told as what it is', () => {
    run('drift-issue', 'error: no credentials', 'failure', [[]]);
    assert.match(asked()[1]?.body?.body ?? '', /^The check for drift could not be made/);
  });

  it('the first check without drift closes the issue, and one without an issue does nothing', () => {
    run('drift-issue', 'ok', 'success', open);
    assert.deepEqual(calls().slice(1), [
      'POST repos/someone/shop/issues/5/comments',
      'PATCH repos/someone/shop/issues/5',
    ]);
    assert.deepEqual(asked()[2]?.body, { state: 'closed' });
    rmSync(join(folder, 'args'));
    run('drift-issue', 'ok', 'success', [[]]);
    assert.equal(asked().length, 1);
  });

  it('outside of a workflow it says what is missing, and a failure of gh is one of the script', () => {
    const { status, stderr } = run('comment', preview, 'success', [[]], { GITHUB_RUN_ID: '' });
    assert.equal(status, 1);
    assert.match(stderr, /GITHUB_RUN_ID is not set/);
    writeFileSync(join(folder, 'gh'), '#!/bin/bash\necho "HTTP 403" >&2; exit 1\n');
    const refused = run('comment', preview, 'success', [[]]);
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /HTTP 403/);
  });
});
