import type { ShopEvent } from '../../runtime/contracts/events/envelope.ts';
import type { Document, Unit } from '../../runtime/ports/documents.ts';
import type { Consumer } from '../../runtime/ports/event-bus.ts';

/** How a customer is reached, as the newest `user.*` event says. A deleted one leaves nothing but its version. */
export type Contact =
  | {
      readonly deleted: false;
      readonly version: number;
      readonly username: string;
      readonly email: string;
      readonly phone?: string;
    }
  | { readonly deleted: true; readonly version: number };

const name = 'notification-contacts';
const id = 'contact';

export const contactKey = (userId: string) => ({ partition: userId, id });

type UserEvent = ShopEvent<'user.registered' | 'user.updated' | 'user.deleted'>;

export const contactsConsumer: Consumer = {
  name,
  types: ['user.registered', 'user.updated', 'user.deleted'],
  handle: async (event, { documents }): Promise<Unit | undefined> => {
    if (!isUserEvent(event)) return undefined;
    const { userId } = event.data;
    const before = await documents.get<Contact>(contactKey(userId));
    const after = contactAfter(before?.body, event);
    const handled = { consumer: name, eventId: event.id };
    return { partition: userId, writes: after ? [write(before, after)] : [], handled };
  },
};

/** The contact as the event leaves it; undefined when it is older than what is known. */
export function contactAfter(before: Contact | undefined, event: UserEvent): Contact | undefined {
  const { aggregateversion: version } = event;
  if (before && before.version >= version) return undefined;
  if (event.type === 'user.deleted') return { deleted: true, version };
  const { username, email, phone } = event.data;
  return { deleted: false, version, username, email, ...(phone !== undefined && { phone }) };
}

function write(before: Document<Contact> | undefined, body: Contact): Unit['writes'][number] {
  return before ? { kind: 'replace', id, version: before.version, body } : { kind: 'create', id, body };
}

function isUserEvent(event: ShopEvent): event is UserEvent {
  return event.type === 'user.registered' || event.type === 'user.updated' || event.type === 'user.deleted';
}
