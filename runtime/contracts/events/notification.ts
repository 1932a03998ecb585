import { z } from 'zod';

export const notificationEvents = {
  /** Says that it was sent and about what, never to whom or with which words. */
  'notification.sent': z.strictObject({
    messageId: z.string(),
    channel: z.enum(['email', 'sms']),
    template: z.string(),
    about: z.string(),
  }),
};
