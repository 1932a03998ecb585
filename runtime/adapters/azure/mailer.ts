import type { EmailClient } from '@azure/communication-email';
import { type Clock, systemClock } from '../../ports/clock.ts';
import type { Mailer } from '../../ports/notify.ts';
import { headerText, messageIdHeader, stableUuid } from '../shared/mail-headers.ts';
import { notAccepted } from '../shared/not-accepted.ts';
import { callTimeoutMs } from './credential.ts';

export interface CommunicationMailerOptions {
  /** `orders@example.com`, of a domain that Communication Services has verified; its name is set there. */
  readonly from: string;
  /** For the whole of a send with its repeats, in milliseconds. @default callTimeoutMs */
  readonly timeoutMs?: number;
  readonly clock?: Clock;
}

/**
 * Mail by Communication Services: accepted (202), not waited for, which takes minutes. The Message-ID is the
 * provider's; the shop's own is in `X-Shop-Message-ID`. A repeat bears the same Operation-Id and
 * Repeatability-Request-ID, by which the service tells it for five minutes ("Repeatable requests" in its REST
 * reference); later it arrives twice.
 */
export function createCommunicationMailer(
  client: EmailClient,
  { from, timeoutMs = callTimeoutMs, clock = systemClock }: CommunicationMailerOptions,
): Mailer {
  return {
    send: async ({ messageId, to, subject, text, html }) => {
      const id = stableUuid(messageId);
      const message = {
        senderAddress: from,
        recipients: { to: [{ address: to }] },
        content: { subject: headerText(subject), plainText: text, html },
        headers: { [messageIdHeader]: messageId },
        disableUserEngagementTracking: true,
      };
      await client
        .beginSend(message, {
          operationId: id,
          abortSignal: AbortSignal.timeout(timeoutMs),
          requestOptions: {
            customHeaders: {
              'Repeatability-Request-ID': id,
              'Repeatability-First-Sent': new Date(clock.now()).toUTCString(),
            },
          },
        })
        .catch((error) => {
          throw notAccepted('Communication Services', error);
        });
    },
  };
}
