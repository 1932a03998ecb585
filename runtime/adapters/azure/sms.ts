import type { SmsClient } from '@azure/communication-sms';
import { UnavailableError } from '../../errors.ts';
import type { SmsSender } from '../../ports/notify.ts';
import { notAccepted } from '../shared/not-accepted.ts';
import { callTimeoutMs } from './credential.ts';

export interface CommunicationSmsOptions {
  /** A number of the resource's own in E.164, a short code, or an alphanumeric sender. */
  readonly from: string;
}

/**
 * SMS by Communication Services. The client gives each call a repeatability id of its own, which covers its own
 * repeats and cannot be set: one sent twice by the shop may arrive twice, with the shop's id as its tag.
 */
export function createCommunicationSms(client: SmsClient, { from }: CommunicationSmsOptions): SmsSender {
  return {
    send: async ({ messageId, to, text }) => {
      const results = await client
        .send(
          { from, to: [to], message: text },
          { tag: messageId, abortSignal: AbortSignal.timeout(callTimeoutMs) },
        )
        .catch((error) => {
          throw notAccepted('Communication Services', error);
        });
      // One number may be refused within an answer of 202.
      const refused = results.find(({ successful }) => !successful);
      if (refused) {
        throw new UnavailableError(
          `Communication Services did not accept the message (${refused.httpStatusCode})`,
        );
      }
    },
  };
}
