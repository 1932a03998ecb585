import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import type { InboxMessage } from '../../runtime/adapters/local/inbox.ts';
import type { Logger } from '../../runtime/telemetry/log.ts';

export interface MailReceiverOptions {
  /** 0 picks a free one. */
  readonly port: number;
  /** Resolves when the message is durable: only then is the mail accepted. */
  readonly store: (message: InboxMessage) => Promise<void>;
  readonly logger: Logger;
}

export interface MailReceiver {
  readonly port: number;
  stop(): Promise<void>;
}

const maxMailBytes = 5 * 1024 * 1024;
const maxRecipients = 100;

/** Accepts any mail on 127.0.0.1 and puts it into the inbox, once for each recipient. It sends nothing on. */
export async function startMailReceiver({ port, store, logger }: MailReceiverOptions): Promise<MailReceiver> {
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    size: maxMailBytes,
    socketTimeout: 30_000,
    closeTimeout: 2_000,
    onRcptTo: (_address, session, done) => {
      const tooMany = session.envelope.rcptTo.length >= maxRecipients;
      done(tooMany ? smtpError(452, 'too many recipients') : null);
    },
    onData: (stream, session, done) => {
      receive(
        stream,
        session.envelope.rcptTo.map((recipient) => recipient.address),
      )
        .then((messages) => Promise.all(messages.map(store)))
        .then(
          () => done(stream.sizeExceeded ? smtpError(552, `a mail has at most ${maxMailBytes} bytes`) : null),
          (error: unknown) => {
            logger.warn({ err: error }, 'mail not accepted');
            done(smtpError(451, 'not stored now; try again'));
          },
        );
    },
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  server.removeAllListeners('error');
  server.on('error', (error) => logger.warn({ err: error }, 'a mail connection failed'));
  return {
    port: (server.server.address() as AddressInfo).port,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

async function receive(
  stream: NodeJS.ReadableStream & { sizeExceeded?: boolean },
  recipients: readonly string[],
): Promise<InboxMessage[]> {
  const mail = await simpleParser(stream as Parameters<typeof simpleParser>[0], { skipImageLinks: true });
  // Nobody is told that a mail was cut, so none is stored.
  if (stream.sizeExceeded) return [];
  const id = (mail.messageId ?? randomUUID()).replace(/^<|>$/g, '');
  return recipients.map((to) => ({
    // The inbox keeps one message of an id: each recipient's copy has its own.
    messageId: recipients.length === 1 ? id : `${id} ${to}`,
    channel: 'email',
    to,
    subject: clean(mail.subject),
    text: clean(mail.text),
    html: clean(mail.html || ''),
  }));
}

/** PostgreSQL's text holds every character but NUL. */
function clean(text: string | undefined): string {
  return (text ?? '').replaceAll('\0', '');
}

function smtpError(code: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode: code });
}
