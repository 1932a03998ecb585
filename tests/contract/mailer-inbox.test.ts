/** The mailer's contract on the local inbox, on real PostgreSQL, and what is the inbox's own. */
import assert from 'node:assert/strict';
import { ulid } from 'ulid';
import { createInbox } from '../../runtime/adapters/local/inbox.ts';
import type { Database } from '../../runtime/sql/pool.ts';
import { contractDatabase } from '../support/shop-database.ts';
import { describeContract } from './case.ts';
import { mailerCases } from './mailer.ts';

async function open() {
  const inbox = createInbox(await contractDatabase());
  return {
    mailer: inbox.mailer,
    arrived: async (to: string) =>
      (await inbox.list({ to })).map(({ channel: _channel, at: _at, ...mail }) => mail),
  };
}

describeContract('the mailer, inbox', mailerCases, open, async () => {});

describe('the inbox', () => {
  let database: Database;
  beforeEach(async () => {
    database = await contractDatabase();
    await database.query('truncate inbox');
  });

  const message = (change: object = {}) => ({
    messageId: `${ulid()}@shop.local`,
    channel: 'email' as const,
    to: 'ada@example.com',
    subject: 'S',
    text: 'T',
    html: 'H',
    ...change,
  });

  it('keeps one message of an id, also when two come at once', async () => {
    const { mailer, list } = createInbox(database);
    const mail = { messageId: 'm@shop.local', to: 'ada@example.com', subject: 'S', text: 'T', html: 'H' };
    await Promise.all([mailer.send(mail), mailer.send(mail)]);
    await mailer.send(mail);
    assert.equal((await list()).length, 1);
  });

  it('lists the newest first, by recipient, mail and SMS', async () => {
    const { add, sms, list } = createInbox(database);
    await add(message({ messageId: '1' }));
    await add(message({ messageId: '2', to: 'bob@example.com' }));
    await sms.send({ messageId: '3', to: '+441632960123', text: 'Hi' });
    const entries = await list();
    assert.deepEqual(
      entries.map(({ messageId, channel, to }) => [messageId, channel, to]),
      [
        ['3', 'sms', '+441632960123'],
        ['2', 'email', 'bob@example.com'],
        ['1', 'email', 'ada@example.com'],
      ],
    );
    assert.deepEqual(
      (await list({ to: 'bob@example.com' })).map(({ messageId }) => messageId),
      ['2'],
    );
    assert.deepEqual(
      (await list({ limit: 1 })).map(({ messageId }) => messageId),
      ['3'],
    );
    assert.match(entries[0]?.at ?? '', /^\d{4}-\d\d-\d\dT.*Z$/);
  });

  it('gathers what comes at once into few statements', async () => {
    let statements = 0;
    const counted = Object.create(database) as Database;
    counted.query = ((text, values, name) => {
      statements += 1;
      return database.query(text, values, name);
    }) as Database['query'];
    const { add } = createInbox(counted);
    await Promise.all(Array.from({ length: 500 }, () => add(message())));
    assert.ok(statements <= 4, `${statements} statements`);
  });

  it('lets no bad message hold up the others', async () => {
    const { add, list } = createInbox(database);
    const outcomes = await Promise.allSettled([
      add(message({ messageId: 'good-1' })),
      add(message({ messageId: 'bad', text: 'a zero \u0000 that PostgreSQL keeps no text with' })),
      add(message({ messageId: 'good-2' })),
    ]);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    assert.equal((await list()).length, 2);
  });

  it('reads no more than it lists, for everybody and for one', async () => {
    await database.query(
      `insert into inbox (message_id, channel, recipient, subject, text, html, at)
       select i, 'email', 'r' || i % 3, '', '', '', now() - i * interval '1 second'
       from generate_series(1, 20000) i`,
    );
    await database.query('analyze inbox');
    for (const where of ['', "where recipient = 'r1'"]) {
      const { rows } = await database.query<Record<string, string>>(
        `explain select * from inbox ${where} order by at desc, message_id desc limit 10`,
      );
      const plan = rows.map((row) => Object.values(row)[0]).join('\n');
      assert.match(plan, /Index Scan Backward/);
      assert.doesNotMatch(plan, /Sort|Filter/);
    }
  });
});
