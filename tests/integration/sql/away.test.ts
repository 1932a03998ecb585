/**
 * That a statement which the server gives up after its time-out counts as "the database does not answer", and a
 * wrong statement does not. The ways of dying and coming back are in tests/e2e/faults.test.ts.
 */
import assert from 'node:assert/strict';
import { UnavailableError } from '../../../runtime/errors.ts';
import { Database } from '../../../runtime/sql/pool.ts';
import { freshDatabase } from '../../support/postgres.ts';

describe('a database that does not answer in time', function () {
  this.timeout(60_000);
  let database: Database;
  before(async () => {
    database = new Database({ url: await freshDatabase(), name: 'away', max: 1 });
  });
  after(() => database.close());

  it('is unavailable', async () => {
    const slow = database.transaction(async (client) => {
      await client.query('set local statement_timeout = 50');
      await client.query('select pg_sleep(5)');
    });
    await assert.rejects(slow, UnavailableError);
  });

  it('is not confused with a wrong statement', async () => {
    await assert.rejects(database.query('select nothing from nowhere'), { code: '42P01' });
  });
});
