import type { ShopEvent } from '../../runtime/contracts/events/envelope.ts';
import { makeEvent } from '../../runtime/contracts/events/make.ts';
import { RetryLaterError } from '../../runtime/errors.ts';
import { type Clock, isoTime } from '../../runtime/ports/clock.ts';
import type { Document, Unit } from '../../runtime/ports/documents.ts';
import type { Consumer } from '../../runtime/ports/event-bus.ts';
import type { Mailer, SmsSender } from '../../runtime/ports/notify.ts';
import { faultPoint } from '../../runtime/telemetry/faults.ts';
import { compose, type Messages, type OrderEvent, type Sender } from './compose.ts';
import { type Contact, contactKey } from './contacts.ts';
import { type TemplateName, templates } from './templates.ts';

/** What has been said about an order. No address and no words: those are the customer's. */
export interface SentMail {
  /** The newest version of the order that was spoken of: what comes later about an older one is stale. */
  readonly version: number;
  /** When each was sent: ISO 8601, UTC. */
  readonly sent: Readonly<Partial<Record<TemplateName, string>>>;
}

export interface MailDependencies extends Sender {
  readonly mailer: Mailer;
  readonly sms: SmsSender;
  readonly clock: Clock;
}

const name = 'notification-mail';
const id = 'mail';

/** An order can be through before the account's event was taken in: it is on its way. */
const contactDelayMs = 300;

/**
 * Tells customers how their orders ended. A message is sent before that is saved: a kill in between sends it
 * again, under the same Message-ID, and never leaves it unsent.
 */
export function createMailConsumer({ mailer, sms, clock, ...sender }: MailDependencies): Consumer {
  return {
    name,
    types: Object.keys(templates) as TemplateName[],
    retry: { attempts: 10, baseMs: 500, maxMs: 60_000 },
    handle: async (event, { documents }): Promise<Unit | undefined> => {
      if (!isOrderEvent(event)) return undefined;
      const { orderId, userId } = event.data;
      const [before, contact] = await Promise.all([
        documents.get<SentMail>({ partition: orderId, id }),
        documents.get<Contact>(contactKey(userId)),
      ]);
      const nothing: Unit = {
        partition: orderId,
        writes: [],
        handled: { consumer: name, eventId: event.id },
      };
      if (before && isOldNews(before.body, event)) return nothing;
      if (!contact) throw new RetryLaterError(`the contact of ${userId} is not known yet`, contactDelayMs);
      if (contact.body.deleted) return nothing;

      const messages = compose(event, contact.body, sender);
      await Promise.all([mailer.send(messages.mail), messages.sms && sms.send(messages.sms)]);
      faultPoint('notification.after-send');
      return { ...nothing, ...sentUnit(before, event, messages, isoTime(clock)) };
    },
  };
}

function isOldNews({ version, sent }: SentMail, event: OrderEvent): boolean {
  return sent[event.type] !== undefined || event.aggregateversion < version;
}

function sentUnit(
  before: Document<SentMail> | undefined,
  event: OrderEvent,
  { mail, sms }: Messages,
  at: string,
): Pick<Unit, 'writes' | 'events'> {
  const { orderId } = event.data;
  const body: SentMail = {
    version: event.aggregateversion,
    sent: { ...before?.body.sent, [event.type]: at },
  };
  const version = (before?.version ?? 0) + 1;
  const said = (channel: 'email' | 'sms', messageId: string) =>
    makeEvent('notification.sent', orderId, version, {
      messageId,
      channel,
      template: event.type,
      about: orderId,
    });
  return {
    writes: [before ? { kind: 'replace', id, version: before.version, body } : { kind: 'create', id, body }],
    events: [said('email', mail.messageId), ...(sms ? [said('sms', sms.messageId)] : [])],
  };
}

function isOrderEvent(event: ShopEvent): event is OrderEvent {
  return event.type in templates;
}
