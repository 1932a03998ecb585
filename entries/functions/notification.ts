import { z } from 'zod';
import { createNotificationService, notificationTable } from '../../functions/notification/service.ts';
import { inboxTable } from '../../runtime/adapters/shared/document-inbox.ts';
import { compose } from './composition.ts';

export const notification = compose({
  name: 'notification',
  settings: {
    /** The right side of every Message-ID: a domain of the shop's own. */
    MAIL_DOMAIN: z
      .string()
      .regex(/^[A-Za-z0-9.-]+$/, 'must be a domain name')
      .default('shop.local'),
    PUBLIC_URL: z.url(),
  },
  table: notificationTable,
  otherTables: [inboxTable],
  create: (settings, { open, clock, mailer, sms }) =>
    createNotificationService({
      documents: open(notificationTable),
      clock,
      mailer: mailer(),
      sms: sms(),
      mailDomain: settings.MAIL_DOMAIN,
      publicUrl: settings.PUBLIC_URL,
    }),
});
