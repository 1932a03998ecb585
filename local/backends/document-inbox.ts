import {
  createDocumentInbox,
  type InboxDocument,
  inboxTable,
} from '../../runtime/adapters/shared/document-inbox.ts';
import type { TableDefinition } from '../../runtime/function-service.ts';
import { systemClock } from '../../runtime/ports/clock.ts';
import type { Document, Documents } from '../../runtime/ports/documents.ts';
import type { ShopParts } from './parts.ts';

/** The inbox of documents, for people to read. */
export function openInbox(open: (table: TableDefinition) => Documents): ShopParts['inbox'] {
  const documents = open(inboxTable);
  const { mailer, sms } = createDocumentInbox(documents, systemClock);
  return {
    add: ({ channel, ...message }) => (channel === 'email' ? mailer : sms).send(message),
    list: async ({ to, limit = 100 } = {}) => {
      if (to !== undefined) {
        const query = { hash: to, order: 'desc', limit } as const;
        return (await documents.query<InboxDocument>('byRecipient', query)).items.map(toEntry);
      }
      // No index holds them all by time; there are not many on one machine.
      const all: Document<InboxDocument>[] = [];
      let cursor: string | undefined;
      do {
        const page = await documents.scan<InboxDocument>({ limit: 1000, cursor });
        all.push(...page.items);
        cursor = page.cursor;
      } while (cursor);
      return all
        .map(toEntry)
        .toSorted((one, other) => other.at.localeCompare(one.at))
        .slice(0, limit);
    },
  };
}

const toEntry = ({ partition, body }: Document<InboxDocument>) => ({ messageId: partition, ...body });
