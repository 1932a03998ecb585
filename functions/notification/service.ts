import type { FunctionService, TableDefinition } from '../../runtime/function-service.ts';
import type { Clock } from '../../runtime/ports/clock.ts';
import type { Documents } from '../../runtime/ports/documents.ts';
import type { Mailer, SmsSender } from '../../runtime/ports/notify.ts';
import { contactsConsumer } from './contacts.ts';
import { createMailConsumer } from './mail.ts';

export const notificationTable: TableDefinition = { name: 'notification', indexes: {} };

export interface NotificationServiceDependencies {
  /** Of `notificationTable`. The handlers are given their reader by whoever runs them. */
  readonly documents: Documents;
  readonly mailer: Mailer;
  readonly sms: SmsSender;
  readonly clock: Clock;
  /** Signs every message. @default 'The Shop' */
  readonly shopName?: string;
  /** The right side of every Message-ID. @default 'shop.local' */
  readonly mailDomain?: string;
  /** Where the shop is reached from outside; without it a mail has no link. */
  readonly publicUrl?: string;
}

/** Tells customers by mail, and by SMS where they gave a number, what became of their orders. */
export function createNotificationService({
  mailer,
  sms,
  clock,
  shopName = 'The Shop',
  mailDomain = 'shop.local',
  publicUrl,
}: NotificationServiceDependencies): FunctionService {
  return {
    name: 'notification',
    routes: [],
    consumers: [
      contactsConsumer,
      createMailConsumer({ mailer, sms, clock, shopName, mailDomain, publicUrl }),
    ],
    schedules: [],
  };
}
