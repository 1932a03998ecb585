import type { ShopEvent } from '../../contracts/events/envelope.ts';
import type { DeadLetter, DeadLetters, EventPublisher } from '../../ports/event-bus.ts';
import type { Database } from '../../sql/pool.ts';
import { eventRows, type Filled } from './commit.ts';
import { type Delivery, deliveryFrom } from './delivery.ts';
import { wakeUpsOf } from './wake-ups.ts';

/** Publishes to the queues in the shop's database: for the services whose data lies elsewhere. */
export function createBusPublisher(
  database: Database,
  delivery: Delivery = deliveryFrom(process.env),
): EventPublisher {
  return {
    publish: async (events) => {
      if (events.length === 0) return;
      const values = [eventRows(events), delivery.copies, delivery.spreadMs];
      const { rows } = await database.query<Filled>(
        'select publish($1, $2, $3) as filled',
        values,
        'bus-publish',
      );
      wakeUpsOf(database).tell(rows[0]?.filled ?? []);
    },
  };
}

/** The events of one aggregate, oldest first. As they were published: a look at them must not fail for one. */
export async function listEvents(database: Database, subject: string): Promise<ShopEvent[]> {
  const { rows } = await database.query<{ body: ShopEvent }>(
    'select body from event where subject = $1 order by id limit 1000',
    [subject],
    'event-by-subject',
  );
  return rows.map((row) => row.body);
}

export function createDeadLetters(database: Database): DeadLetters {
  return {
    list: async (limit = 100) => {
      const { rows } = await database.query<Omit<DeadLetter, 'event' | 'at'> & { body: ShopEvent; at: Date }>(
        `select d.id, d.consumer, d.attempts, d.reason, d.at, e.body
         from dead_letter d join event e on e.id = d.event_id order by d.at desc, d.id limit $1`,
        [limit],
        'dead-letter-list',
      );
      return rows.map(({ body, at, ...letter }) => ({
        ...letter,
        at: at.toISOString(),
        // Not checked: many a dead letter is one because it would not pass.
        event: body,
      }));
    },
    redrive: async (id) => {
      const { rowCount } = await database.query(
        `with letter as (delete from dead_letter where id = $1 returning consumer, event_id),
              queued as (insert into queue (consumer, event_id) select consumer, event_id from letter
                         returning consumer)
         select pg_notify('queue', consumer) from queued`,
        [id],
        'dead-letter-redrive',
      );
      return rowCount === 1;
    },
    purge: async (id) => {
      const { rowCount } = await database.query(
        'delete from dead_letter where id = $1',
        [id],
        'dead-letter-purge',
      );
      return rowCount === 1;
    },
  };
}
