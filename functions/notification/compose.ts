import mustache from 'mustache';
import type { ShopEvent } from '../../runtime/contracts/events/envelope.ts';
import type { Mail, Sms } from '../../runtime/ports/notify.ts';
import type { Contact } from './contacts.ts';
import { formatMoney } from './money.ts';
import { reasonInWords } from './reasons.ts';
import { type Template, type TemplateName, templates } from './templates.ts';

export type OrderEvent = ShopEvent<TemplateName>;
export type KnownContact = Extract<Contact, { deleted: false }>;

export interface Sender {
  readonly shopName: string;
  /** The right side of every Message-ID. */
  readonly mailDomain: string;
  /** Where the shop is reached from outside; without it a mail has no link. */
  readonly publicUrl?: string;
}

export interface Messages {
  readonly mail: Mail;
  readonly sms?: Sms;
}

/** What is said of an order's end to one customer. The same event makes the same words and ids. */
export function compose(event: OrderEvent, contact: KnownContact, sender: Sender): Messages {
  const template: Template = templates[event.type];
  const view = viewOf(event, contact, sender);
  const messageId = `${event.type}.${event.data.orderId}`;
  const mail = {
    messageId: `${messageId}@${sender.mailDomain}`,
    to: contact.email,
    subject: mustache.render(template.subject, view),
    text: mustache.render(template.text, view),
    html: mustache.render(template.html, view),
  };
  if (contact.phone === undefined || template.sms === undefined) return { mail };
  return {
    mail,
    sms: {
      messageId: `${messageId}.sms@${sender.mailDomain}`,
      to: contact.phone,
      text: mustache.render(template.sms, view),
    },
  };
}

function viewOf({ data }: OrderEvent, { username }: KnownContact, { shopName, publicUrl }: Sender): object {
  const { orderId, items, total, currency } = data;
  return {
    orderId,
    username,
    shopName,
    link: publicUrl && `${publicUrl.replace(/\/$/, '')}/orders/${orderId}`,
    total: formatMoney(total, currency),
    reason: 'reason' in data ? oneLine(reasonInWords(data.reason)) : undefined,
    lines: items.map(({ name, quantity, unitPrice }) => ({
      quantity,
      name: oneLine(name),
      amount: formatMoney(unitPrice * quantity, currency),
    })),
  };
}

const oneLine = (text: string) => text.replace(/\s+/g, ' ').trim();
