/**
 * The page that compares the clouds: each part of the contract has resources behind it on each of them, and what would
 * be noticed is said for both. It proves nothing of a cloud: the words are ours, from the clouds' documentation.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cloudNames, profiles } from '../../components/config/names.ts';
import type { Traits } from '../../components/traits.ts';
import { bringUpToDate } from '../support/parity-page.ts';
import { type CloudColumn, renderInfrastructure } from './parity-table.ts';

const lists = fileURLToPath(new URL('../engine/resources', import.meta.url));

async function columnOf(name: string): Promise<CloudColumn> {
  const { traits } = (await import(`../../providers/${name}/traits.ts`)) as { readonly traits: Traits };
  const resources = profiles.flatMap((profile) =>
    readFileSync(join(lists, `${name}-${profile}.txt`), 'utf8').split('\n'),
  );
  return { name, traits, resources };
}

describe('the page of parity', () => {
  it('shows what each part is made of on each cloud, and what differs', async () => {
    bringUpToDate('infrastructure', renderInfrastructure(await Promise.all(cloudNames.map(columnOf))));
  });

  it('cannot be made when a part has nothing behind it', async () => {
    const column = await columnOf('aws');
    const without = column.resources.filter((line) => !line.startsWith('Messaging '));
    assert.throws(
      () => renderInfrastructure([{ ...column, resources: without }]),
      /Messaging is made of nothing on aws/,
    );
  });
});
