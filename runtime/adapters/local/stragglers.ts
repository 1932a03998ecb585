import type { Consumer } from '../../ports/event-bus.ts';
import type { Database, PoolClient } from '../../sql/pool.ts';
import type { Logger } from '../../telemetry/log.ts';
import { commitStatement, commitValues, type Filled, type TableUnit } from './commit.ts';
import type { Delivery } from './delivery.ts';
import { type Message, returnMessages } from './retry.ts';
import { wakeUpsOf } from './wake-ups.ts';

export interface StragglerDependencies {
  readonly consumer: Consumer;
  readonly database: Database;
  readonly delivery: Delivery;
  readonly logger: Logger;
}

/**
 * How long a message left to its slow handler stays out of sight, in milliseconds. It is renewed while the handler
 * works, so that a slow one is not called twice, and the message of a process that died comes again soon.
 */
const leaseMs = 4_000;
const renewEveryMs = 1_000;

/**
 * Messages whose handlers wait for somebody outside (a payment provider, a mail server) longer than the others of
 * their batch should wait for them. Each is put back out of sight, the batch commits without it, and its unit is
 * committed by itself when it is there.
 */
export function createStragglers({ consumer, database, delivery, logger }: StragglerDependencies) {
  const underWay = new Set<Promise<void>>();

  /** Renews the lease until `end`, which answers with the time it holds until. */
  const hold = (ticket: Ticket) => {
    let { visible_at: until } = ticket;
    let renewing = Promise.resolve();
    const renew = async () => {
      const { rows } = await database.query<Ticket>(
        renewStatement.text,
        [consumer.name, until, ticket.id, leaseMs],
        renewStatement.name,
      );
      until = rows[0]?.visible_at ?? until;
    };
    const timer = setInterval(() => {
      // Without the database it comes again, as it must.
      renewing = renewing.then(renew).catch(() => {});
    }, renewEveryMs);
    return {
      end: async () => {
        clearInterval(timer);
        await renewing;
        return until;
      },
    };
  };

  const finish = async (message: Message, ticket: Ticket, work: Promise<TableUnit | undefined>) => {
    const lease = hold(ticket);
    const outcome = await work.then(
      (unit) => ({ unit }),
      (error: unknown) => ({ error }),
    );
    const until = await lease.end();
    const commit = async (result: { unit?: TableUnit; error?: unknown }) => {
      const filled = await database.transaction(async (client) => {
        const taken = await client.query({
          ...redeemStatement,
          values: [consumer.name, until, ticket.id],
        });
        // It was out of sight for too long, and is somebody else's now.
        if (taken.rowCount === 0) return null;
        if ('error' in result)
          await returnMessages(client, consumer, [{ message, error: result.error }], logger);
        if (!result.unit) return null;
        const values = commitValues([result.unit], delivery);
        const { rows } = await client.query<Filled>({ ...commitStatement, values });
        return rows[0]?.filled ?? null;
      });
      if (filled) wakeUpsOf(database).tell(filled);
    };
    await commit(outcome).catch((error: unknown) => commit({ error }));
  };

  return {
    /** Within the batch's transaction. */
    leave: async (client: PoolClient, message: Message, work: Promise<TableUnit | undefined>) => {
      const values = [consumer.name, message.eventId, message.attempts, leaseMs];
      const { rows } = await client.query<Ticket>({ ...leaveStatement, values });
      const [ticket] = rows;
      if (!ticket) throw new Error('a message could not be put back');
      return () => {
        const done = finish(message, ticket, work)
          .catch((error: unknown) =>
            logger.warn({ err: error, consumer: consumer.name }, 'a slow message comes again'),
          )
          .finally(() => underWay.delete(done));
        underWay.add(done);
      };
    },
    /** Waits until all are done. */
    settled: async () => {
      await Promise.all(underWay);
    },
  };
}

interface Ticket {
  readonly id: number;
  /** As text: a Date has no microseconds. */
  readonly visible_at: string;
}

const leaveStatement = {
  name: 'straggler-leave',
  text: `insert into queue (consumer, event_id, attempts, visible_at)
         values ($1, $2, $3, now() + $4 * interval '1 millisecond')
         returning id, visible_at::text`,
};

const renewStatement = {
  name: 'straggler-renew',
  text: `update queue set visible_at = now() + $4 * interval '1 millisecond'
         where consumer = $1 and visible_at = $2::timestamptz and id = $3 returning id, visible_at::text`,
};

const redeemStatement = {
  name: 'straggler-redeem',
  text: 'delete from queue where consumer = $1 and visible_at = $2::timestamptz and id = $3',
};
