import { UnavailableError } from '../../errors.ts';
import type { Mailer, SmsSender } from '../../ports/notify.ts';
import type { Database } from '../../sql/pool.ts';

export interface InboxMessage {
  readonly messageId: string;
  readonly channel: 'email' | 'sms';
  readonly to: string;
  /** Empty for an SMS. */
  readonly subject: string;
  readonly text: string;
  /** Empty for an SMS. */
  readonly html: string;
}

export interface InboxEntry extends InboxMessage {
  /** ISO 8601, UTC. */
  readonly at: string;
}

export interface Inbox {
  readonly mailer: Mailer;
  readonly sms: SmsSender;
  /** Resolves when the message is durable. One of the same id is kept once. */
  add(message: InboxMessage): Promise<void>;
  /** The newest first. `limit` is 1 to 1000. @default 100 */
  list(filter?: { readonly to?: string; readonly limit?: number }): Promise<InboxEntry[]>;
}

interface Waiting {
  readonly message: InboxMessage;
  resolve(): void;
  reject(error: unknown): void;
}

const maxGroup = 200;

/**
 * Where mail and SMS end on one machine: a table of the shop's database. While one insert is on its way, the
 * messages that come meanwhile gather for the next, so that a thousand a second cost few commits.
 */
export function createInbox(database: Database): Inbox {
  let waiting: Waiting[] = [];
  let busy = false;

  const insertGroup = async (group: readonly Waiting[]) => {
    try {
      await insert(
        database,
        group.map(({ message }) => message),
      );
      for (const { resolve } of group) resolve();
    } catch (error) {
      const [only] = group;
      if (only && (group.length === 1 || error instanceof UnavailableError)) {
        for (const { reject } of group) reject(error);
        return;
      }
      // One bad message must not hold up the others.
      await Promise.all(
        group.map(({ message, resolve, reject }) => insert(database, [message]).then(resolve, reject)),
      );
    }
  };

  const pump = async () => {
    busy = true;
    while (waiting.length > 0) {
      const group = waiting.slice(0, maxGroup);
      waiting = waiting.slice(maxGroup);
      await insertGroup(group);
    }
    busy = false;
  };

  const add = (message: InboxMessage) =>
    new Promise<void>((resolve, reject) => {
      waiting.push({ message, resolve, reject });
      if (busy || waiting.length > 1) return;
      // At the end of this turn of the event loop, so that what arrives together goes together.
      setImmediate(() => {
        if (!busy) void pump();
      });
    });

  return {
    add,
    mailer: { send: (mail) => add({ channel: 'email', ...mail }) },
    sms: { send: (sms) => add({ channel: 'sms', subject: '', html: '', ...sms }) },
    list: (filter = {}) => list(database, filter),
  };
}

async function insert(database: Database, messages: readonly InboxMessage[]): Promise<void> {
  const column = (name: keyof InboxMessage) => messages.map((message) => message[name]);
  await database.query(
    `insert into inbox (message_id, channel, recipient, subject, text, html)
     select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
     on conflict (message_id) do nothing`,
    [column('messageId'), column('channel'), column('to'), column('subject'), column('text'), column('html')],
    'inbox-add',
  );
}

async function list(
  database: Database,
  { to, limit = 100 }: { readonly to?: string; readonly limit?: number },
): Promise<InboxEntry[]> {
  const { rows } = await database.query<Omit<InboxEntry, 'at'> & { at: Date }>(
    `select message_id as "messageId", channel, recipient as "to", subject, text, html, at
     from inbox ${to === undefined ? '' : 'where recipient = $2'}
     order by at desc, message_id desc limit $1`,
    to === undefined ? [limit] : [limit, to],
    to === undefined ? 'inbox-list' : 'inbox-list-to',
  );
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
}
