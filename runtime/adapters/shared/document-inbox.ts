import { ConflictError } from '../../errors.ts';
import type { TableDefinition } from '../../function-service.ts';
import { type Clock, isoTime } from '../../ports/clock.ts';
import type { Documents } from '../../ports/documents.ts';
import type { Mailer, SmsSender } from '../../ports/notify.ts';

/** A message that was not sent to anybody, for people to look at. */
export interface InboxDocument {
  readonly channel: 'email' | 'sms';
  readonly to: string;
  /** Empty for an SMS. */
  readonly subject: string;
  readonly text: string;
  /** Empty for an SMS. */
  readonly html: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** Keyed by Message-ID, the newest found first by recipient. */
export const inboxTable = {
  name: 'inbox',
  indexes: {
    byRecipient: (body: InboxDocument) => ({ hash: body.to, sort: body.at }),
  },
} as const satisfies TableDefinition;

/**
 * Where mail and SMS end on a cloud whose account may not send yet: documents of `inboxTable`. A message of the same
 * id is kept once.
 */
export function createDocumentInbox(
  documents: Documents,
  clock: Clock,
): { readonly mailer: Mailer; readonly sms: SmsSender } {
  const keep = async (messageId: string, body: InboxDocument) => {
    const write = { kind: 'create', id: 'message', body } as const;
    await documents.commit({ partition: messageId, writes: [write] }).catch((error: unknown) => {
      if (!(error instanceof ConflictError)) throw error;
    });
  };
  return {
    mailer: {
      send: ({ messageId, to, subject, text, html }) =>
        keep(messageId, { channel: 'email', to, subject, text, html, at: isoTime(clock) }),
    },
    sms: {
      send: ({ messageId, to, text }) =>
        keep(messageId, { channel: 'sms', to, subject: '', text, html: '', at: isoTime(clock) }),
    },
  };
}
