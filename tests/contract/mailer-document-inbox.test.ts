/**
 * The mailer's contract on the inbox of documents, on real PostgreSQL: on the clouds it stands on their documents,
 * which have a contract of their own.
 */
import assert from 'node:assert/strict';
import { onceInOrder } from '../../runtime/adapters/local/delivery.ts';
import { openTables } from '../../runtime/adapters/local/shop-database.ts';
import {
  createDocumentInbox,
  type InboxDocument,
  inboxTable,
} from '../../runtime/adapters/shared/document-inbox.ts';
import type { Documents } from '../../runtime/ports/documents.ts';
import { contractDatabase } from '../support/shop-database.ts';
import { describeContract } from './case.ts';
import { mailerCases } from './mailer.ts';

const noon = { now: () => Date.UTC(2026, 0, 1, 12) };

async function openInbox() {
  const documents = openTables(await contractDatabase(), onceInOrder)(inboxTable);
  return { documents, ...createDocumentInbox(documents, noon) };
}

async function received(documents: Documents, to: string) {
  const { items } = await documents.query<InboxDocument>('byRecipient', { hash: to });
  return items.map(({ partition, body }) => ({ messageId: partition, ...body }));
}

describeContract(
  'the mailer, inbox of documents',
  mailerCases,
  async () => {
    const { documents, mailer } = await openInbox();
    return {
      mailer,
      arrived: async (to) =>
        (await received(documents, to)).map(({ channel: _channel, at: _at, ...mail }) => mail),
    };
  },
  async () => {},
);

describe('the inbox of documents', () => {
  it('keeps an SMS once, with when it came', async () => {
    const { documents, sms } = await openInbox();
    const message = { messageId: 'm@shop.local', to: '+441632960123', text: 'Hi' };
    await Promise.all([sms.send(message), sms.send(message)]);
    await sms.send(message);
    const { to, text, messageId } = message;
    assert.deepEqual(await received(documents, to), [
      { messageId, channel: 'sms', to, subject: '', text, html: '', at: '2026-01-01T12:00:00.000Z' },
    ]);
  });
});
