/**
 * The notification consumers as functions from an event to a unit, on documents in memory and a mailer that
 * collects: who is written to, how often, and what is kept. It does not prove that a mail server takes them.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createNotificationService } from '../../../functions/notification/service.ts';
import type { ShopEvent } from '../../../runtime/contracts/events/envelope.ts';
import { makeEvent } from '../../../runtime/contracts/events/make.ts';
import { AlreadyHandledError, RetryLaterError, UnavailableError } from '../../../runtime/errors.ts';
import type { Mail, Sms } from '../../../runtime/ports/notify.ts';
import { createMemoryDocuments } from '../../support/memory-documents.ts';

const orderId = 'ORD-01K9GZ6Q7W3V8B5N2M4X6Y8T0R';
const userId = 'USR-01K9GZ6Q7W3V8B5N2M4X6Y8T0R';

const profile = (version: number, email: string, phone?: string) =>
  makeEvent(version === 1 ? 'user.registered' : 'user.updated', userId, version, {
    userId,
    username: 'ada',
    email,
    phone,
  });
const deleted = (version: number) => makeEvent('user.deleted', userId, version, { userId });

const order = {
  orderId,
  userId,
  items: [
    { productId: 'PRD-01K9GZ6Q7W3V8B5N2M4X6Y8T0R', sku: 'S', name: 'Lamp', quantity: 1, unitPrice: 100 },
  ],
  total: 100,
  currency: 'EUR',
};
const confirmed = (version = 4) => makeEvent('order.confirmed', orderId, version, order);
const cancelled = (version = 5) =>
  makeEvent('order.cancelled', orderId, version, { ...order, reason: 'cancelled by the customer' });

function shop({ mailFails = false } = {}) {
  const documents = createMemoryDocuments();
  const mails: Mail[] = [];
  const texts: Sms[] = [];
  const { consumers } = createNotificationService({
    documents,
    clock: { now: () => Date.UTC(2026, 0, 1) },
    mailer: {
      send: async (mail) => {
        if (mailFails) throw new UnavailableError('no mail server');
        mails.push(mail);
      },
    },
    sms: { send: async (sms) => void texts.push(sms) },
  });
  const deliver = async (event: ShopEvent, { killed = false } = {}) => {
    const consumer = consumers.find(({ types }) => types.includes(event.type));
    const unit = await consumer?.handle(event, { documents, attempt: 1 });
    if (!unit || killed) return unit;
    await documents.commit(unit).catch((error) => {
      if (!(error instanceof AlreadyHandledError)) throw error;
    });
    return unit;
  };
  const contact = async () => (await documents.get({ partition: userId, id: 'contact' }))?.body;
  return { documents, mails, texts, deliver, contact };
}

describe('notification of an order', () => {
  it('goes to the customer’s address, and is said without it', async () => {
    const { deliver, mails, texts, documents } = shop();
    await deliver(profile(1, 'ada@example.com', '+441632960123'));
    const event = confirmed();
    const unit = await deliver(event);
    assert.deepEqual(
      mails.map(({ to }) => to),
      ['ada@example.com'],
    );
    assert.deepEqual(
      texts.map(({ to }) => to),
      ['+441632960123'],
    );
    assert.deepEqual(unit?.handled, { consumer: 'notification-mail', eventId: event.id });
    assert.deepEqual(
      documents.events.map(({ type, data }) => ({ type, ...data })),
      [
        {
          type: 'notification.sent',
          messageId: `order.confirmed.${orderId}@shop.local`,
          channel: 'email',
          template: 'order.confirmed',
          about: orderId,
        },
        {
          type: 'notification.sent',
          messageId: `order.confirmed.${orderId}.sms@shop.local`,
          channel: 'sms',
          template: 'order.confirmed',
          about: orderId,
        },
      ],
    );
    const kept = JSON.stringify([unit, documents.events]);
    assert.doesNotMatch(kept, /ada|441632960123/);
  });

  it('waits for a contact that is not known yet', async () => {
    const { deliver, mails } = shop();
    await assert.rejects(
      deliver(confirmed()),
      (error) => error instanceof RetryLaterError && error.delayMs === 300,
    );
    await deliver(profile(1, 'ada@example.com'));
    await deliver(confirmed());
    assert.equal(mails.length, 1);
  });

  it('is not sent to a deleted account, and the event is done with', async () => {
    const { deliver, mails } = shop();
    await deliver(profile(1, 'ada@example.com'));
    await deliver(deleted(2));
    const event = confirmed();
    const unit = await deliver(event);
    assert.deepEqual(unit, {
      partition: orderId,
      writes: [],
      handled: { consumer: 'notification-mail', eventId: event.id },
    });
    assert.deepEqual(mails, []);
  });

  it('is not sent again under another event id', async () => {
    const { deliver, mails, documents } = shop();
    await deliver(profile(1, 'ada@example.com'));
    await deliver(confirmed());
    await deliver(confirmed());
    assert.equal(mails.length, 1);
    assert.equal(documents.events.length, 1);
  });

  it('has the same Message-ID when a kill makes it go out twice', async () => {
    const { deliver, mails } = shop();
    await deliver(profile(1, 'ada@example.com'));
    const event = confirmed();
    await deliver(event, { killed: true });
    await deliver(event);
    assert.equal(mails.length, 2);
    assert.deepEqual(mails[0], mails[1]);
  });

  it('follows the order: confirmed, then cancelled', async () => {
    const { deliver, mails } = shop();
    await deliver(profile(1, 'ada@example.com'));
    await deliver(confirmed());
    await deliver(cancelled());
    assert.deepEqual(
      mails.map(({ messageId }) => messageId),
      [`order.confirmed.${orderId}@shop.local`, `order.cancelled.${orderId}@shop.local`],
    );
  });

  it('does not call an order confirmed after it was called cancelled', async () => {
    const { deliver, mails } = shop();
    await deliver(profile(1, 'ada@example.com'));
    await deliver(cancelled());
    await deliver(confirmed());
    assert.equal(mails.length, 1);
  });

  it('stays to be sent when the mail server is away', async () => {
    const { deliver, documents } = shop({ mailFails: true });
    await deliver(profile(1, 'ada@example.com'));
    await assert.rejects(deliver(confirmed()), UnavailableError);
    assert.deepEqual(documents.events, []);
  });
});

describe('contacts', () => {
  const history = [
    profile(1, 'one@example.com'),
    profile(2, 'two@example.com', '+441632960123'),
    profile(3, 'three@example.com'),
  ];
  const inAnyOrder = (events: readonly ShopEvent[]) =>
    fc
      .array(fc.constantFrom(...events), { maxLength: 4 })
      .chain((more) => fc.shuffledSubarray([...events, ...more], { minLength: events.length + more.length }));

  it('are as the newest event says, in whatever order and however often they come', async () => {
    await fc.assert(
      fc.asyncProperty(inAnyOrder(history), async (events) => {
        const { deliver, contact } = shop();
        for (const event of events) await deliver(event);
        assert.deepEqual(await contact(), {
          deleted: false,
          version: 3,
          username: 'ada',
          email: 'three@example.com',
        });
      }),
    );
  });

  it('keep nothing personal of a deleted account, and never come back', async () => {
    await fc.assert(
      fc.asyncProperty(inAnyOrder([...history, deleted(4)]), async (events) => {
        const { deliver, contact } = shop();
        for (const event of events) await deliver(event);
        assert.deepEqual(await contact(), { deleted: true, version: 4 });
      }),
    );
  });
});
