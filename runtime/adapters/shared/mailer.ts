import { z } from 'zod';
import { ConfigError } from '../../config/env.ts';
import type { Mailer } from '../../ports/notify.ts';
import { createSmtpMailer } from './smtp-mailer.ts';

/** For `readEnv`. SMTP needs the address and the sender too; `openMailer` says it. */
export const mailSettings = {
  MAILER: z.enum(['inbox', 'smtp']).default('inbox'),
  SMTP_URL: z
    .string()
    .regex(/^smtps?:\/\//, 'must begin with smtp:// or smtps://')
    .optional(),
  /** The sender: `Shop <orders@example.com>`. */
  MAIL_FROM: z.string().optional(),
};
export type MailSettings = z.infer<z.ZodObject<typeof mailSettings>>;

export interface OpenMailer extends Mailer {
  /** Lets go of its connections, where it has any. */
  close?(): void;
}

/**
 * The mailer that the settings name; `inbox` is the one for MAILER=inbox.
 * @throws ConfigError naming every missing setting
 */
export function openMailer(settings: MailSettings, inbox: Mailer): OpenMailer {
  if (settings.MAILER === 'inbox') return inbox;
  const { SMTP_URL: url, MAIL_FROM: from } = settings;
  if (url === undefined || from === undefined) {
    const missing = [
      url === undefined && '  SMTP_URL: the mail server, such as smtp://user:password@mail.example.com:587',
      from === undefined && '  MAIL_FROM: the sender, such as "Shop <orders@example.com>"',
    ].filter(Boolean);
    throw new ConfigError(`MAILER=smtp needs these settings too:\n${missing.join('\n')}`);
  }
  return createSmtpMailer({ url, from });
}
