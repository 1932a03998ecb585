import { type SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import type { Mailer } from '../../ports/notify.ts';
import { headerText, messageIdHeader } from '../shared/mail-headers.ts';
import { notAccepted } from '../shared/not-accepted.ts';

export interface SesMailerOptions {
  /** `Shop <orders@example.com>`, of an identity that SES has verified. */
  readonly from: string;
  /** Whose rules on bounces and reputation apply. */
  readonly configurationSet?: string;
}

/**
 * Mail by SES. SES gives every mail a Message-ID of its own and knows no idempotency key: a mail that is sent
 * twice arrives twice, and the shop's own id, by which the two can be told, is in `X-Shop-Message-ID`
 * (Amazon SES developer guide, header fields).
 */
export function createSesMailer(client: SESv2Client, { from, configurationSet }: SesMailerOptions): Mailer {
  const text = (Data: string) => ({ Data, Charset: 'UTF-8' });
  return {
    send: async ({ messageId, to, subject, text: plain, html }) => {
      const command = new SendEmailCommand({
        FromEmailAddress: from,
        ConfigurationSetName: configurationSet,
        Destination: { ToAddresses: [to] },
        Content: {
          Simple: {
            Subject: text(headerText(subject)),
            Body: { Text: text(plain), Html: text(html) },
            Headers: [{ Name: messageIdHeader, Value: messageId }],
          },
        },
      });
      await client.send(command).catch((error) => {
        throw notAccepted('SES', error);
      });
    },
  };
}
