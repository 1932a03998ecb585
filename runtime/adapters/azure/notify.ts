import { ConfigError } from '../../config/env.ts';
import type { Mail, Sms } from '../../ports/notify.ts';
import { lazySender, type OfferedMailers, type OfferedSms } from '../shared/mailer.ts';
import { clientDefaults, workloadIdentity } from './credential.ts';

/** What the Azure entries offer to `openMailer`; `endpoint` is that of the Communication Services resource. */
export const azureMailers = (endpoint: string | undefined): OfferedMailers => ({
  communication: ({ from }) => {
    const url = needed(endpoint);
    return lazySender<Mail>(async () => {
      const [{ EmailClient }, { createCommunicationMailer }] = await Promise.all([
        import('@azure/communication-email'),
        import('./mailer.ts'),
      ]);
      return createCommunicationMailer(new EmailClient(url, workloadIdentity, clientDefaults), { from });
    });
  },
});

/** What the Azure entries offer to `openSms`. */
export const azureSms = (endpoint: string | undefined): OfferedSms => ({
  communication: (from) => {
    if (from === undefined) throw new ConfigError('SMS_SENDER=communication needs SMS_FROM too');
    const url = needed(endpoint);
    return lazySender<Sms>(async () => {
      const [{ SmsClient }, { createCommunicationSms }] = await Promise.all([
        import('@azure/communication-sms'),
        import('./sms.ts'),
      ]);
      return createCommunicationSms(new SmsClient(url, workloadIdentity, clientDefaults), { from });
    });
  },
});

function needed(endpoint: string | undefined): string {
  if (endpoint !== undefined) return endpoint;
  throw new ConfigError(
    'COMMUNICATION_ENDPOINT: the address of the Communication Services resource is missing',
  );
}
