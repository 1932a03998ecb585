/**
 * What becomes of units that went together when PostgreSQL does not answer. That groups are taken apart for any
 * other failure is in the documents contract.
 */
import assert from 'node:assert/strict';
import { onceInOrder } from '../../../runtime/adapters/local/delivery.ts';
import { openTables } from '../../../runtime/adapters/local/shop-database.ts';
import { UnavailableError } from '../../../runtime/errors.ts';
import type { Database } from '../../../runtime/sql/pool.ts';
import { contractDatabase } from '../../support/shop-database.ts';

const table = { name: 'group', indexes: {} };

describe('a group of units whose answer is lost', () => {
  it('is not tried again: each is told that its outcome is not known, and has its effect once', async () => {
    const database = await contractDatabase();
    const safe = openTables(database, onceInOrder)(table);
    for (const partition of ['a', 'b', 'c']) {
      await safe.commit({ partition, writes: [{ kind: 'create', id: 'number', body: { count: 1 } }] });
    }
    let commits = 0;
    const deaf = Object.create(database) as Database;
    deaf.query = (async (...statement: Parameters<Database['query']>) => {
      commits += 1;
      await database.query(...statement);
      throw new UnavailableError('the database does not answer');
    }) as Database['query'];
    const documents = openTables(deaf, onceInOrder)(table);
    const outcomes = await Promise.allSettled(
      ['a', 'b', 'c'].map((partition) =>
        documents.commit({ partition, writes: [{ kind: 'adjust', id: 'number', by: { count: 1 } }] }),
      ),
    );
    for (const outcome of outcomes) {
      assert.ok(outcome.status === 'rejected' && outcome.reason instanceof UnavailableError);
    }
    assert.equal(commits, 1);
    for (const partition of ['a', 'b', 'c']) {
      assert.deepEqual((await safe.get({ partition, id: 'number' }))?.body, { count: 2 });
    }
  });
});
