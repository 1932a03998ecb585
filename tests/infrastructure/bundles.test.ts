/** What is deployed is built from the source of the moment, and once for each source. It runs nothing of it. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildBundles, digestOf } from '../../components/bundles.ts';

describe('the bundles of a stack', () => {
  it('are there for all functions and containers, and are not made again of the same source', async function () {
    this.timeout(120_000);
    const first = await buildBundles('aws', 'test-of-bundles');
    assert.deepEqual(first.containers, ['bootstrap', 'product', 'user']);
    const archive = first.archiveOf('order');
    const made = statSync(archive.path).mtimeMs;
    const again = await buildBundles('aws', 'test-of-bundles');
    assert.equal(statSync(archive.path).mtimeMs, made);
    assert.deepEqual(again.archiveOf('order'), archive);
    for (const name of first.containers) assert.deepEqual(again.folderOf(name), first.folderOf(name));
  });

  it('have a digest of names and bytes', () => {
    const folder = mkdtempSync(join(tmpdir(), 'digest-'));
    try {
      mkdirSync(join(folder, 'parts'));
      writeFileSync(join(folder, 'parts', 'a'), 'one');
      const before = digestOf(folder);
      assert.equal(digestOf(folder), before);
      writeFileSync(join(folder, 'parts', 'a'), 'two');
      assert.notEqual(digestOf(folder), before);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
