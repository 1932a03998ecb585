import { createDocumentInbox, inboxTable } from '../../runtime/adapters/shared/document-inbox.ts';
import {
  mailSettings,
  type OfferedMailers,
  type OfferedSms,
  openMailer,
  openSms,
  smsSettings,
} from '../../runtime/adapters/shared/mailer.ts';
import { readEnv } from '../../runtime/config/env.ts';
import { systemClock } from '../../runtime/ports/clock.ts';
import type { FunctionPorts } from './composition.ts';

/** Made when a service asks for them: only one sends anything. */
export type Senders = Pick<FunctionPorts, 'mailer' | 'sms'>;

/** What a function sends by, given how it opens its tables. */
export type CreateSenders = (open: FunctionPorts['open']) => Senders;

/** For the functions that send nothing. */
export const noSenders: CreateSenders = () => ({
  mailer: () => {
    throw new Error('this function was given no mailer');
  },
  sms: () => {
    throw new Error('this function was given no SMS sender');
  },
});

/**
 * By what a cloud offers, as the settings say; by default into an inbox of documents, for a new account may not send
 * to everybody.
 * @throws ConfigError
 */
export function createSenders(
  offered: { readonly mailers: OfferedMailers; readonly sms: OfferedSms },
  env: NodeJS.ProcessEnv = process.env,
): CreateSenders {
  const settings = readEnv({ ...mailSettings, ...smsSettings }, env);
  return (open) => {
    const inbox = () => createDocumentInbox(open(inboxTable), systemClock);
    return {
      mailer: () => openMailer(settings, { ...offered.mailers, inbox: () => inbox().mailer }),
      sms: () => openSms(settings, { ...offered.sms, inbox: () => inbox().sms }),
    };
  };
}
