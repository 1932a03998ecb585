/**
 * What the bootstrap Job does to a SQL server, on real PostgreSQL and with an administrator as clouds have them: no superuser,
 * but one who may make roles and databases. It proves nothing of a cloud's own server, nor of TLS.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { ensureDatabases } from '../../../services/bootstrap/databases.ts';
import { migrateUserDatabase } from '../../../services/user/database.ts';
import { superuserUrl } from '../../support/postgres.ts';

async function query(url: string, text: string) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

describe('the databases of a new stack', () => {
  const ending = randomBytes(4).toString('hex');
  let adminUrl: string;
  const urlOf = (name: string, password: string) => {
    const url = new URL(adminUrl);
    url.username = `${name}-${ending}`;
    url.password = password;
    url.pathname = `/${name}-${ending}`;
    return url.href;
  };

  before(async () => {
    const superuser = await superuserUrl();
    await query(superuser, `create role "cloud-${ending}" login createdb createrole password 'secret'`);
    const url = new URL(superuser);
    url.username = `cloud-${ending}`;
    url.password = 'secret';
    url.pathname = '/postgres';
    adminUrl = url.href;
  });

  it('are each owned by a role of their own, which can migrate them', async () => {
    const user = urlOf('user', 'first');
    await ensureDatabases(adminUrl, [user, urlOf('product', 'other')]);
    await migrateUserDatabase(user);
    const tables = await query(user, `select from information_schema.tables where table_name = 'account'`);
    assert.equal(tables.length, 1);
  });

  it('are closed to the roles of others', async () => {
    const stranger = new URL(urlOf('product', 'other'));
    stranger.pathname = `/user-${ending}`;
    await assert.rejects(query(stranger.href, 'select 1'), /permission denied for database/);
  });

  it('are made once, and get a new password when there is one', async () => {
    const again = urlOf('user', 'second');
    await ensureDatabases(adminUrl, [again]);
    assert.equal((await query(again, 'select 1')).length, 1);
    await assert.rejects(query(urlOf('user', 'first'), 'select 1'), /password authentication failed/);
  });
});
