/**
 * What a SIGKILL between two steps leaves behind in PostgreSQL: units are whole or absent, messages come back.
 * The process is really killed; the database and the disk are not, so this proves nothing of a power cut.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { createBusPublisher, listEvents } from '../../runtime/adapters/local/bus.ts';
import { onceInOrder } from '../../runtime/adapters/local/delivery.ts';
import { openTables } from '../../runtime/adapters/local/shop-database.ts';
import { makeEvent } from '../../runtime/contracts/events/make.ts';
import type { Database } from '../../runtime/sql/pool.ts';
import { contractDatabase, contractDatabaseUrl } from '../support/shop-database.ts';
import { eventually } from './case.ts';

const script = new URL('../support/crash-child.ts', import.meta.url).pathname;

async function child(mode: string, prefix = '', killAt = ''): Promise<ChildProcess> {
  const args = [script, mode, await contractDatabaseUrl(), prefix];
  return spawn(process.execPath, args, {
    env: { ...process.env, KILL_AT: killAt },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

const exited = (process: ChildProcess) => new Promise((resolve) => process.once('exit', resolve));

describe('after a SIGKILL', function () {
  this.timeout(60_000);
  let database: Database;
  beforeEach(async () => {
    database = await contractDatabase();
  });

  it('a unit is whole or absent, and what was answered is there', async () => {
    const documents = openTables(database, onceInOrder)({ name: 'crash', indexes: {} });
    const answered: string[] = [];
    for (let round = 0; round < 5; round += 1) {
      const writer = await child('commit', `round${round}`);
      writer.stdout?.on('data', (data: Buffer) =>
        answered.push(...data.toString().split('\n').filter(Boolean)),
      );
      const before = answered.length;
      await eventually(() => assert.ok(answered.length > before + 20 * round));
      writer.kill('SIGKILL');
      await exited(writer);
    }
    const found = new Map<string, number>();
    let cursor: string | undefined;
    do {
      const page = await documents.scan({ limit: 1000, cursor });
      for (const { partition } of page.items) found.set(partition, (found.get(partition) ?? 0) + 1);
      cursor = page.cursor;
    } while (cursor);
    assert.ok(answered.length > 100);
    for (const partition of answered) assert.equal(found.get(partition), 2, `${partition} was answered`);
    for (const [partition, documentsOfUnit] of found) {
      assert.equal(documentsOfUnit, 2, partition);
      assert.equal((await listEvents(database, partition)).length, 1, partition);
    }
  });

  for (const point of ['consumer.before-commit', 'consumer.after-commit']) {
    it(`at ${point}, every event has its effect exactly once`, async () => {
      const documents = openTables(database, onceInOrder)({ name: 'crash', indexes: {} });
      const key = { partition: 'all', id: 'tally' };
      await documents.commit({
        partition: 'all',
        writes: [{ kind: 'create', id: 'tally', body: { count: 0 } }],
      });
      await database.query('select subscribe($1, $2)', ['crash', ['payment.captured']]);
      const data = { orderId: `ORD-${'0'.repeat(26)}`, amount: 1, currency: 'EUR' };
      // One subject makes each a wave of its own; several batches make several kills.
      const events = Array.from({ length: 300 }, (_, n) => makeEvent('payment.captured', 'all', n, data));
      await createBusPublisher(database, onceInOrder).publish(events);
      const count = async () => (await documents.get<{ count: number }>(key))?.body.count;
      let kills = 0;
      while ((await count()) !== events.length) {
        const consumer = await child('consume', '', `${point}:2`);
        const ended = exited(consumer);
        await eventually(async () => {
          assert.ok(consumer.signalCode !== null || (await count()) === events.length);
        }, 20_000);
        if (consumer.signalCode !== null) kills += 1;
        else consumer.kill('SIGKILL');
        await ended;
      }
      assert.ok(kills >= 2, `${kills} kills`);
      assert.equal(await count(), events.length);
    });
  }
});
