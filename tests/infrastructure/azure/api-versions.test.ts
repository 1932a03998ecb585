/**
 * The version of Azure's interface that each type is made by. A release of the SDK has one for each type, and moves it
 * without a word: here a new release shows which moved, to be read before it is taken. It proves nothing of what moved.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const folder = join(root, 'providers/azure');

/** `servicebus/topic 2026-01-01`, of each resource that is imported. */
function versionsInUse(): string[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.ts'));
  const imported = files.flatMap((name) =>
    [...readFileSync(join(folder, name), 'utf8').matchAll(/'@pulumi\/azure-native\/([a-z]+\/\w+)\.js'/g)].map(
      ([, path = '']) => path,
    ),
  );
  return [...new Set(imported)].sort().flatMap((path) => {
    const text = readFileSync(join(root, 'node_modules/@pulumi/azure-native', `${path}.d.ts`), 'utf8');
    const [, version] = /Uses Azure REST API version (\S+)\./.exec(text) ?? [];
    return version === undefined ? [] : [`${path} ${version}`];
  });
}

describe('versions of Azure’s interfaces', () => {
  it('are those that were read', () => {
    const known = readFileSync(new URL('api-versions.txt', import.meta.url), 'utf8')
      .trim()
      .split('\n');
    assert.deepEqual(versionsInUse(), known);
  });
});
