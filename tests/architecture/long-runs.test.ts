/**
 * CI's long run picks its tests by words of their titles: each of them must still stand in a test, or a title that was
 * changed would leave its tests out, and the run green.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suites } from '../../scripts/test-suites.ts';
import { root, sourcesIn } from '../support/imports.ts';

/** `… scripts/test.ts SUITES --long \ --grep 'WORDS|WORDS'` */
function longRunOf(script: string) {
  const [, names = '', words = ''] =
    /scripts\/test\.ts ([a-z0-9 -]+?) --long \\\s+--grep '([^']+)'/.exec(script) ?? [];
  return { names: names.split(' '), words: words.split('|') };
}

/** Which of the words stand in none of the texts. */
const withoutTest = (words: readonly string[], texts: readonly string[]) =>
  words.filter((word) => !texts.some((text) => text.includes(word)));

describe('the long run of CI', () => {
  const { names, words } = longRunOf(readFileSync(join(root, '.ci/run'), 'utf8'));
  const folders = new Set(
    suites.filter(({ name }) => names.includes(name)).map(({ folder }) => join('tests', folder)),
  );
  const texts = [...folders]
    .flatMap(sourcesIn)
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => readFileSync(join(root, file), 'utf8'));

  it('names suites that there are', () => {
    const known = suites.map(({ name }) => name);
    assert.deepEqual(
      names.filter((name) => !known.includes(name)),
      [],
    );
  });

  it('picks something by each of its words', () => {
    assert.ok(words.length > 5, `${words}`);
    assert.deepEqual(withoutTest(words, texts), []);
    const changed = words.map((word) => `${word}, as it was`);
    assert.deepEqual(withoutTest(changed, texts), changed);
  });
});
