import type { Mail, Sms } from '../../ports/notify.ts';
import { lazySender, type OfferedMailers, type OfferedSms } from '../shared/mailer.ts';
import { clientDefaults } from './clients.ts';

/** What the AWS entries offer to `openMailer`. */
export const awsMailers: OfferedMailers = {
  ses: ({ from }) =>
    lazySender<Mail>(async () => {
      const [{ SESv2Client }, { createSesMailer }] = await Promise.all([
        import('@aws-sdk/client-sesv2'),
        import('./mailer.ts'),
      ]);
      return createSesMailer(new SESv2Client(clientDefaults), { from });
    }),
};

/** What the AWS entries offer to `openSms`. */
export const awsSms: OfferedSms = {
  sns: (senderId) =>
    lazySender<Sms>(async () => {
      const [{ SNSClient }, { createSnsSms }] = await Promise.all([
        import('@aws-sdk/client-sns'),
        import('./sms.ts'),
      ]);
      return createSnsSms(new SNSClient(clientDefaults), { senderId });
    }),
};
