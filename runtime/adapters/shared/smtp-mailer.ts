import nodemailer from 'nodemailer';
import { UnavailableError } from '../../errors.ts';
import type { Mailer } from '../../ports/notify.ts';

export interface SmtpOptions {
  /** `smtp://user:password@host:port`; `smtps://` for TLS from the start; `?requireTLS=true` to insist on STARTTLS. */
  readonly url: string;
  /** `Shop <orders@example.com>` */
  readonly from: string;
  /** To connect, to be greeted, and to wait for each answer, in milliseconds. @default 5000 */
  readonly timeoutMs?: number;
  /** @default 4 */
  readonly connections?: number;
}

export interface SmtpMailer extends Mailer {
  close(): void;
}

/** Hands mail to an SMTP server over connections that are kept. */
export function createSmtpMailer({ url, from, timeoutMs = 5_000, connections = 4 }: SmtpOptions): SmtpMailer {
  const transport = nodemailer.createTransport({
    pool: true,
    url,
    maxConnections: connections,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    // A mail is made of the shop's own words; nothing in it may name a file or an address to load.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    send: async ({ messageId, to, subject, text, html }) => {
      try {
        await transport.sendMail({ from, to, subject, text, html, messageId: `<${messageId}>` });
      } catch (error) {
        throw notAccepted(error);
      }
    },
    close: () => transport.close(),
  };
}

/** Without the cause: the server's words repeat the recipient's address, which belongs in no log. */
function notAccepted(error: unknown): UnavailableError {
  const { code, command, responseCode } = error as {
    code?: string;
    command?: string;
    responseCode?: number;
  };
  const what = [code, command, responseCode].filter((part) => part !== undefined).join(' ');
  return new UnavailableError(`the mail server did not accept the message (${what || 'no reason given'})`);
}
