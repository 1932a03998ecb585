/**
 * The contract of the mailer port. A backend is a mailer and a way to read what arrived. It does not prove that a
 * mail reaches a person, only that it was taken over whole.
 */
import assert from 'node:assert/strict';
import { ulid } from 'ulid';
import type { Mail, Mailer } from '../../runtime/ports/notify.ts';
import type { ContractCase } from './case.ts';

export interface MailBackend {
  readonly mailer: Mailer;
  /** What arrived for an address; a mail that came twice with one Message-ID counts once or twice. */
  arrived(to: string): Promise<Mail[]>;
}

const mail = (change: Partial<Mail> = {}): Mail => {
  const name = ulid().toLowerCase();
  return {
    messageId: `test.${name}@shop.local`,
    to: `${name}@example.com`,
    subject: 'Your order is confirmed',
    text: 'Two lamps: €2.00\n',
    html: '<p>Two lamps: €2.00</p>\n',
    ...change,
  };
};

export const mailerCases: readonly ContractCase<MailBackend>[] = [
  {
    title: 'a mail that was sent has arrived, with its id, subject, text and HTML',
    run: async ({ mailer, arrived }) => {
      const sent = mail();
      await mailer.send(sent);
      assert.deepEqual(await arrived(sent.to), [sent]);
    },
  },
  {
    title: 'words of any language and long lines arrive as they were',
    run: async ({ mailer, arrived }) => {
      const text = `Grüße, 東京, 🛒, ${'long '.repeat(400)}end\n.\n.leading dot\n`;
      const sent = mail({ subject: 'Ihre Bestellung – 確認 🛒', text, html: `<p>${text}</p>\n` });
      await mailer.send(sent);
      assert.deepEqual(await arrived(sent.to), [sent]);
    },
  },
  {
    title: 'a subject cannot add headers',
    run: async ({ mailer, arrived }) => {
      const sent = mail({ subject: 'Hello\r\nBcc: other@example.com' });
      await mailer.send(sent);
      assert.equal((await arrived(sent.to)).length, 1);
      assert.deepEqual(await arrived('other@example.com'), []);
    },
  },
  {
    title: 'sent again it has the same id',
    run: async ({ mailer, arrived }) => {
      const sent = mail();
      await mailer.send(sent);
      await mailer.send(sent);
      const ids = new Set((await arrived(sent.to)).map(({ messageId }) => messageId));
      assert.deepEqual([...ids], [sent.messageId]);
    },
  },
  {
    title: 'fifty at once all arrive',
    run: async ({ mailer, arrived }) => {
      const { to } = mail();
      const all = Array.from({ length: 50 }, () => mail({ to }));
      await Promise.all(all.map((one) => mailer.send(one)));
      const ids = (await arrived(to)).map(({ messageId }) => messageId);
      assert.deepEqual(ids.sort(), all.map(({ messageId }) => messageId).sort());
    },
  },
];

/** Mailers that break one promise each, as a careless one would. */
export const mailerFaults: Readonly<Record<string, (real: Mailer) => Mailer>> = {
  'does not wait': (real) => ({
    send: async (one) => void setTimeout(() => real.send(one).catch(() => {}), 50),
  }),
  'makes its own Message-ID': (real) => ({
    send: (one) => real.send({ ...one, messageId: `${ulid()}@shop.local` }),
  }),
  'sends the text only': (real) => ({ send: (one) => real.send({ ...one, html: '' }) }),
  'knows ASCII only': (real) => ({
    send: (one) => real.send({ ...one, text: Buffer.from(one.text, 'ascii').toString('ascii') }),
  }),
  'drops every tenth': (real) => {
    let count = 0;
    return {
      send: async (one) => {
        count += 1;
        if (count % 10 !== 0) await real.send(one);
      },
    };
  },
};
