// Proves that `npm test`'s runner counts right and cannot look green when something did not run. Real mocha, on
// small suites made for the purpose.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suites } from '../../scripts/test-suites.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** What runs when nothing is named. */
const usual = suites.filter(({ onlyNamed }) => !onlyNamed);
const pass = `it('passes', () => {});\n`;

describe('the test runner', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'shop-runner-'));
    cpSync(join(root, 'scripts'), join(folder, 'scripts'), { recursive: true });
    // The bundles are built by it too: of nothing, but by the code that knows what they hold.
    for (const name of ['node_modules', 'runtime']) await symlink(join(root, name), join(folder, name));
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  function suite(name: string, text: string): void {
    mkdirSync(join(folder, 'tests', name, 'deep'), { recursive: true });
    writeFileSync(join(folder, 'tests', name, 'deep', 'some.test.ts'), text);
  }

  function run(
    args: readonly string[] = [],
    env: NodeJS.ProcessEnv = {},
  ): { code: number | null; last: string | undefined; output: string } {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(folder, 'scripts/test.ts'), ...args],
      { encoding: 'utf8', env: { ...process.env, LONG: '', ...env } },
    );
    return { code: status, last: stdout.trimEnd().split('\n').at(-1), output: stdout + stderr };
  }

  it('names what is skipped for a reason of its own, and counts what many are skipped for', () => {
    const skipped = (count: number, why: string) =>
      Array.from({ length: count }, (_, n) => `it('case ${n} (skipped ${why})');\n`).join('');
    suite('unit', pass + skipped(4, 'for it is far') + skipped(2, 'for it is late'));
    const { last, output } = run(['unit']);
    assert.equal(last, '1 passed, 0 failed, 6 skipped', output);
    assert.match(output, /\n {2}unit: … \(skipped for it is far\): 4 tests\n/);
    assert.match(output, /\n {2}unit: case 0 \(skipped for it is late\)\n {2}unit: case 1 \(skipped/);
  });

  it('adds up all suites in one last line, and names what was skipped', () => {
    for (const name of new Set(usual.map(({ folder: from }) => from))) suite(name, pass);
    // Which runs once for each backend.
    suite('e2e', `${pass}it.skip('is left out', () => {});\n`);
    const runs = usual.filter(({ folder: from }) => from === 'e2e').length;
    const { code, last, output } = run();
    assert.equal(last, `${usual.length} passed, 0 failed, ${runs} skipped`, output);
    assert.equal(code, 0);
    assert.match(output, /SKIPPED, and so not proven by this run:\n {2}e2e: is left out/);
  });

  it('skips, by name, what needs a part that is not here', () => {
    suite('integration', pass);
    mkdirSync(join(folder, 'tests/integration/aws'), { recursive: true });
    writeFileSync(join(folder, 'tests/integration/aws/some.test.ts'), `import './missing.ts';`);
    suite('e2e', pass);
    const { code, last, output } = run(['integration', 'e2e-aws'], { STAND_IN_DYNAMODB: 'none' });
    assert.equal(last, '1 passed, 0 failed, 2 skipped', output);
    assert.equal(code, 0);
    assert.match(output, /tests\/integration\/aws\/some\.test\.ts, which needs a DynamoDB/);
  });

  const broken: readonly (readonly [string, string, string])[] = [
    [
      'a test fails',
      `${pass}it('fails', () => { throw new Error('no'); });`,
      '1 passed, 1 failed, 0 skipped',
    ],
    ['a hook fails', `${pass}after(() => { throw new Error('no'); });`, '1 passed, 1 failed, 0 skipped'],
    ['the process ends early', `${pass}it('ends', () => process.exit(0));`, '0 passed, 1 failed, 0 skipped'],
    ['a file does not load', `import './missing.ts';`, '0 passed, 1 failed, 0 skipped'],
    ['every test is skipped', `it.skip('rests', () => {});`, '0 passed, 1 failed, 1 skipped'],
  ];
  for (const [what, text, expected] of broken) {
    it(`fails when ${what}`, () => {
      suite('unit', text);
      const { code, last, output } = run(['unit']);
      assert.equal(last, expected, output);
      assert.equal(code, 1);
    });
  }

  it('tells a failure once more at the end, with its suite, title and message', () => {
    suite('unit', `describe('a thing', () => it('works', () => { throw new Error('it did not'); }));`);
    assert.match(run(['unit']).output, /\nFAILED unit: a thing works\n {2}Error: it did not\n\n0 passed/);
  });

  it('fails when a suite has no file, and refuses one that does not exist', () => {
    suite('unit', pass);
    assert.equal(run(['unit', 'contract']).code, 1);
    assert.equal(run(['unti']).code, 2);
  });

  it('sets LONG for the tests that take minutes, and picks tests by title', () => {
    suite(
      'unit',
      `it('runs (long)', () => { if (process.env.LONG !== '1') throw new Error('short'); });\n${pass}`,
    );
    const { last, output } = run(['unit', '--long', '--grep', '\\(long\\)']);
    assert.equal(last, '1 passed, 0 failed, 0 skipped', output);
    assert.equal(run(['unit']).last, '1 passed, 1 failed, 0 skipped');
  });
});
