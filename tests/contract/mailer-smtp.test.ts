/**
 * The mailer's contract over SMTP, against a real SMTP server in this process, and what the adapter does in
 * trouble. It does not prove TLS, nor what a provider's own filters make of a mail.
 */
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:net';
import { openMailer } from '../../runtime/adapters/shared/mailer.ts';
import { createSmtpMailer, type SmtpMailer } from '../../runtime/adapters/shared/smtp-mailer.ts';
import { UnavailableError } from '../../runtime/errors.ts';
import { startSmtpServer, type TestSmtpServer } from '../support/smtp-server.ts';
import { describeContract, failingCases } from './case.ts';
import { mailerCases, mailerFaults } from './mailer.ts';

const from = 'Shop <orders@example.com>';
const mail = { messageId: 'm@shop.local', to: 'ada@example.com', subject: 'S', text: 'T', html: '<p>H</p>' };

async function open() {
  const server = await startSmtpServer();
  const mailer = createSmtpMailer({ url: server.url, from, timeoutMs: 1_000 });
  return {
    server,
    mailer,
    arrived: async (to: string) =>
      server.received
        .filter(({ to: recipients }) => recipients.includes(to))
        .map(({ to: [recipient = ''], mail: { messageId = '', subject = '', text = '', html } }) => ({
          messageId: messageId.replace(/^<|>$/g, ''),
          to: recipient,
          subject,
          text,
          html: html || '',
        })),
  };
}

type Opened = Awaited<ReturnType<typeof open>>;

async function close({ mailer, server }: Opened) {
  mailer.close();
  await server.stop();
}

describeContract('the mailer, SMTP', mailerCases, open, close);

describe('the mailer contract catches, over SMTP, a mailer that', () => {
  for (const [fault, plant] of Object.entries(mailerFaults)) {
    it(fault, async () => {
      const opened: Opened[] = [];
      const caught = await failingCases(
        mailerCases,
        async () => {
          const backend = await open();
          opened.push(backend);
          return { ...backend, mailer: plant(backend.mailer) };
        },
        async () => close(opened.pop() as Opened),
        1,
      );
      assert.notDeepEqual(caught, []);
    });
  }
});

describe('the SMTP mailer', () => {
  let server: TestSmtpServer;
  let mailer: SmtpMailer | undefined;
  beforeEach(async () => {
    server = await startSmtpServer();
  });
  afterEach(async () => {
    mailer?.close();
    await server.stop();
  });

  it('is one of the shop’s, from its sender, over connections that are kept', async () => {
    mailer = createSmtpMailer({ url: server.url, from, connections: 2 });
    for (let i = 0; i < 6; i += 1) await mailer.send(mail);
    assert.equal(server.received.length, 6);
    assert.ok(server.connections() <= 2, `${server.connections()} connections`);
    assert.equal(server.received[0]?.mail.from?.text, '"Shop" <orders@example.com>');
  });

  it('connects again after a kept connection was closed for idling', async () => {
    mailer = createSmtpMailer({ url: server.url, from, timeoutMs: 150 });
    await mailer.send(mail);
    await new Promise((resolve) => setTimeout(resolve, 400));
    await mailer.send(mail);
    assert.equal(server.received.length, 2);
  });

  it('names a refusal by its code, and nobody’s address', async () => {
    server.refuseWith(550, 'no such mailbox: ada@example.com');
    mailer = createSmtpMailer({ url: server.url, from });
    const refused = await mailer.send(mail).catch((error) => error);
    assert.ok(refused instanceof UnavailableError);
    assert.match(refused.message, /550/);
    assert.doesNotMatch(`${refused.message} ${refused.cause}`, /ada@/);
  });

  it('does not repeat a wrong password', async () => {
    mailer = createSmtpMailer({ url: server.url.replace('a%20password', 'wrong-secret'), from });
    const refused = await mailer.send(mail).catch((error) => error);
    assert.ok(refused instanceof UnavailableError);
    assert.doesNotMatch(`${refused.message} ${refused.cause}`, /wrong-secret/);
  });

  it('gives up on a server that says nothing', async () => {
    const silent: Server = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as { port: number };
    mailer = createSmtpMailer({ url: `smtp://127.0.0.1:${port}`, from, timeoutMs: 150 });
    const startedAt = Date.now();
    await assert.rejects(mailer.send(mail), UnavailableError);
    assert.ok(Date.now() - startedAt < 2_000);
    mailer.close();
    await new Promise((resolve) => silent.close(resolve));
  });

  it('is opened by settings, which say what is missing', async () => {
    const inbox = { send: async () => {} };
    const offered = { inbox: () => inbox, smtp: createSmtpMailer };
    const settings = { MAILER: 'smtp' } as const;
    assert.throws(() => openMailer(settings, offered), /SMTP_URL: .*\n.*MAIL_FROM: /);
    const ses = { MAILER: 'ses', MAIL_FROM: from } as const;
    assert.throws(
      () => openMailer(ses, offered),
      /MAILER=ses is not to be had here: it may be inbox or smtp/,
    );
    assert.equal(openMailer({ ...settings, MAILER: 'inbox' }, offered), inbox);
    const opened = openMailer({ ...settings, SMTP_URL: server.url, MAIL_FROM: from }, offered);
    await opened.send(mail);
    opened.close?.();
    assert.equal(server.received.length, 1);
  });
});
