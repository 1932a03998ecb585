import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { SmsSender } from '../../ports/notify.ts';
import { notAccepted } from '../shared/not-accepted.ts';

export interface SnsSmsOptions {
  /** Up to eleven letters and digits that stand for the sender, where the country allows it. */
  readonly senderId?: string;
}

/** SMS by SNS, as transactional ones. SNS knows no idempotency key for SMS: one sent twice may arrive twice. */
export function createSnsSms(client: SNSClient, { senderId }: SnsSmsOptions = {}): SmsSender {
  const attribute = (StringValue: string) => ({ DataType: 'String', StringValue });
  return {
    send: async ({ to, text }) => {
      const command = new PublishCommand({
        PhoneNumber: to,
        Message: text,
        MessageAttributes: {
          'AWS.SNS.SMS.SMSType': attribute('Transactional'),
          ...(senderId !== undefined && { 'AWS.SNS.SMS.SenderID': attribute(senderId) }),
        },
      });
      await client.send(command).catch((error) => {
        throw notAccepted('SNS', error);
      });
    },
  };
}
