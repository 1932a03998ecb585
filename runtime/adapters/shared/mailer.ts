import { z } from 'zod';
import { ConfigError } from '../../config/env.ts';
import type { Mail, Mailer, Sms, SmsSender } from '../../ports/notify.ts';

/** For `readEnv`. All but the inbox need the sender too, and SMTP the address; `openMailer` says it. */
export const mailSettings = {
  MAILER: z.enum(['inbox', 'smtp', 'ses', 'communication']).default('inbox'),
  SMTP_URL: z
    .string()
    .regex(/^smtps?:\/\//, 'must begin with smtp:// or smtps://')
    .optional(),
  /** The sender: `Shop <orders@example.com>`; the address alone for Communication Services. */
  MAIL_FROM: z.string().optional(),
};
export type MailSettings = z.infer<z.ZodObject<typeof mailSettings>>;

/** For `readEnv`. */
export const smsSettings = {
  SMS_SENDER: z.enum(['inbox', 'sns', 'communication']).default('inbox'),
  /** The sender's number or name. SNS picks one of the account's own without it. */
  SMS_FROM: z.string().optional(),
};
export type SmsSettings = z.infer<z.ZodObject<typeof smsSettings>>;

export interface OpenMailer extends Mailer {
  /** Lets go of its connections, where it has any. */
  close?(): void;
}

/** How a process can send mail: what it does not offer is not in its bundle. */
export type OfferedMailers = Partial<
  Record<MailSettings['MAILER'], (given: { readonly from: string; readonly url: string }) => OpenMailer>
>;
export type OfferedSms = Partial<Record<SmsSettings['SMS_SENDER'], (from: string | undefined) => SmsSender>>;

/**
 * The mailer that the settings name.
 * @throws ConfigError naming every missing setting, or what is offered here instead
 */
export function openMailer(settings: MailSettings, offered: OfferedMailers): OpenMailer {
  const { MAILER: name, SMTP_URL: url, MAIL_FROM: from } = settings;
  const missing = [
    name === 'smtp' &&
      url === undefined &&
      '  SMTP_URL: the mail server, such as smtp://user:password@mail.example.com:587',
    name !== 'inbox' && from === undefined && '  MAIL_FROM: the sender, such as "Shop <orders@example.com>"',
  ].filter(Boolean);
  if (missing.length > 0)
    throw new ConfigError(`MAILER=${name} needs these settings too:\n${missing.join('\n')}`);
  const open = offered[name];
  if (!open) throw notOffered('MAILER', name, Object.keys(offered));
  return open({ from: from ?? '', url: url ?? '' });
}

/** The SMS sender that the settings name. @throws ConfigError naming what is offered here instead */
export function openSms({ SMS_SENDER: name, SMS_FROM: from }: SmsSettings, offered: OfferedSms): SmsSender {
  const open = offered[name];
  if (!open) throw notOffered('SMS_SENDER', name, Object.keys(offered));
  return open(from);
}

function notOffered(setting: string, name: string, offered: readonly string[]): ConfigError {
  return new ConfigError(`${setting}=${name} is not to be had here: it may be ${offered.join(' or ')}`);
}

/** A sender whose library is loaded at its first message. */
export function lazySender<Message extends Mail | Sms>(
  load: () => Promise<{ send(message: Message): Promise<void> }>,
) {
  let loaded: ReturnType<typeof load> | undefined;
  return {
    send: async (message: Message) => {
      loaded ??= load();
      await (await loaded).send(message);
    },
  };
}
