/** The page on real clouds names tests and files that are there. Whether they hold what the page says is for its reader. */
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const page = readFileSync(join(root, 'docs/cloud-facts.md'), 'utf8');

describe('docs/cloud-facts.md', () => {
  it('quotes tests by the beginning of their titles', () => {
    const tests = globSync('tests/{,unit/}infrastructure/**/*.test.ts', { cwd: root }).map((file) =>
      readFileSync(join(root, file), 'utf8').replaceAll('’', "'"),
    );
    const quoted = [...page.matchAll(/“([^”]+)”/g)].map(([, title = '']) => title.replaceAll('’', "'"));
    assert.ok(quoted.length > 20);
    const missing = quoted.filter(
      (title) => !tests.some((text) => text.includes(`it('${title}`) || text.includes(`it("${title}`)),
    );
    assert.deepEqual(missing, []);
  });

  it('names files that are there', () => {
    const named = [...page.matchAll(/`((?:providers|components|runtime|scripts|tests)\/[\w./-]+)`/g)];
    const missing = named.map(([, file = '']) => file).filter((file) => !existsSync(join(root, file)));
    assert.deepEqual(missing, []);
  });
});
