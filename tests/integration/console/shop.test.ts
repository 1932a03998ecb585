// Proves: inbox, events and dead letters are read from a real shop database, mail sent by SMTP lies in the inbox
// once accepted, and the database's absence is a 503. Does not prove who fills the tables otherwise.
import assert from 'node:assert/strict';
import { createTransport } from 'nodemailer';
import { startMailReceiver } from '../../../local/console/smtp.ts';
import { createBusPublisher, createDeadLetters, listEvents } from '../../../runtime/adapters/local/bus.ts';
import { createInbox, type InboxEntry } from '../../../runtime/adapters/local/inbox.ts';
import { connectShopDatabase, migrateShopDatabase } from '../../../runtime/adapters/local/shop-database.ts';
import type { ShopEvent } from '../../../runtime/contracts/events/envelope.ts';
import { makeEvent } from '../../../runtime/contracts/events/make.ts';
import type { DeadLetter } from '../../../runtime/ports/event-bus.ts';
import type { Database } from '../../../runtime/sql/pool.ts';
import { freePort } from '../../support/free-port.ts';
import { freshDatabase } from '../../support/postgres.ts';
import { getJson, silent, startConsole } from './harness.ts';

const orderId = 'ORD-01K9GZ6Q7W3V8B5N2M4X6Y8T0R';
const other = 'ORD-01K9GZ6Q7W3V8B5N2M4X6Y8T0S';
const payment = (id: string) =>
  makeEvent('payment.captured', id, 1, { orderId: id, amount: 1, currency: 'EUR' });

function parts(database: Database) {
  return {
    inbox: createInbox(database),
    deadLetters: createDeadLetters(database),
    eventsOf: (subject: string) => listEvents(database, subject),
    ready: () => database.answers(),
  };
}

describe('the console on the shop’s database', () => {
  let database: Database;
  let url: string;
  let close: () => Promise<void>;

  before(async () => {
    const databaseUrl = await freshDatabase();
    await migrateShopDatabase(databaseUrl);
    database = connectShopDatabase(databaseUrl, 'console-test', 4);
    ({ url, close } = await startConsole(parts(database)));
  });
  after(async () => {
    await close();
    await database.close();
  });

  it('shows the events of one order', async () => {
    const captured = payment(orderId);
    await createBusPublisher(database).publish([captured, payment(other)]);
    const { items } = await getJson<{ items: ShopEvent[] }>(`${url}/api/orders/${orderId}/events`);
    assert.deepEqual(
      items.map(({ id, type, subject }) => [id, type, subject]),
      [[captured.id, 'payment.captured', orderId]],
    );
    await getJson(`${url}/api/orders/nonsense/events`, 400);
  });

  it('shows dead letters and puts one back', async () => {
    const event = payment(other);
    await createBusPublisher(database).publish([event]);
    const { rows } = await database.query<{ id: string }>(
      `insert into dead_letter (id, consumer, event_id, attempts, reason)
       values (gen_random_uuid()::text, 'order', $1, 6, 'planted') returning id`,
      [event.id],
    );
    const { items } = await getJson<{ items: DeadLetter[] }>(`${url}/api/dead-letters`);
    assert.deepEqual(
      items.map(({ id, consumer, reason, event }) => [String(id), consumer, reason, event.id]),
      [[String(rows[0]?.id), 'order', 'planted', event.id]],
    );
    const redrive = (id: string) => fetch(`${url}/api/dead-letters/${id}/redrive`, { method: 'POST' });
    assert.equal((await redrive(String(rows[0]?.id))).status, 200);
    assert.deepEqual(await getJson(`${url}/api/dead-letters`), { items: [] });
    assert.equal((await redrive(String(rows[0]?.id))).status, 404);
    assert.equal((await redrive('nonsense')).status, 404);
  });

  it('accepts mail by SMTP into the inbox, once for each recipient', async () => {
    const mail = await startMailReceiver({ port: 0, store: createInbox(database).add, logger: silent });
    const transport = createTransport({ host: '127.0.0.1', port: mail.port, secure: false });
    const letter = {
      from: 'shop@shop.test',
      to: 'ann@shop.test',
      messageId: '<order-1@shop.test>',
      subject: 'Grüße <b>',
      text: 'Ihre Bestellung: 5 €',
      html: '<p>Ihre Bestellung</p>',
    };
    await transport.sendMail(letter);
    await transport.sendMail(letter);
    await transport.sendMail({
      ...letter,
      to: ['ann@shop.test', 'bob@shop.test'],
      messageId: '<order-2@shop.test>',
    });
    transport.close();
    await mail.stop();

    const { items } = await getJson<{ items: InboxEntry[] }>(`${url}/api/inbox`);
    assert.deepEqual(items.map(({ messageId }) => messageId).sort(), [
      'order-1@shop.test',
      'order-2@shop.test ann@shop.test',
      'order-2@shop.test bob@shop.test',
    ]);
    const { at, ...found } = items.find(({ messageId }) => messageId === 'order-1@shop.test') as InboxEntry;
    assert.deepEqual(found, {
      messageId: 'order-1@shop.test',
      channel: 'email',
      to: 'ann@shop.test',
      subject: 'Grüße <b>',
      text: 'Ihre Bestellung: 5 €',
      html: '<p>Ihre Bestellung</p>',
    });
    assert.ok(Math.abs(Date.parse(at) - Date.now()) < 60_000);

    const bobs = await getJson<{ items: InboxEntry[] }>(`${url}/api/inbox?to=bob%40shop.test&limit=5`);
    assert.deepEqual(
      bobs.items.map(({ to }) => to),
      ['bob@shop.test'],
    );
    await getJson(`${url}/api/inbox?limit=many`, 400);
  });

  it('refuses a mail that cannot be stored now, so that the sender tries again', async () => {
    const store = async () => {
      throw new Error('planted');
    };
    const mail = await startMailReceiver({ port: 0, store, logger: silent });
    const transport = createTransport({ host: '127.0.0.1', port: mail.port, secure: false });
    const sent = transport.sendMail({ from: 'a@shop.test', to: 'b@shop.test', text: 'x' });
    await assert.rejects(sent, { responseCode: 451 });
    transport.close();
    await mail.stop();
  });

  it('answers 503 with Retry-After while the database is away', async () => {
    const away = connectShopDatabase(`postgres://x:y@127.0.0.1:${await freePort()}/z`, 'away', 1);
    const lost = await startConsole(parts(away));
    for (const path of ['/api/inbox', '/api/dead-letters', `/api/orders/${orderId}/events`]) {
      const response = await fetch(lost.url + path);
      assert.deepEqual([response.status, response.headers.get('retry-after')], [503, '1'], path);
    }
    assert.equal((await fetch(`${lost.url}/ready`)).status, 503);
    assert.equal((await fetch(`${lost.url}/api/traces`)).status, 200);
    await lost.close();
    await away.close();
  });
});
