import type { Database } from '../../runtime/sql/pool.ts';

/** How often each type was published about each order, by the shop database's table of events. */
export async function countEvents(database: Database): Promise<Map<string, Record<string, number>>> {
  const { rows } = await database.query<{ subject: string; type: string; count: number }>(
    `select subject, type, count(*) from event where subject like 'ORD-%' group by subject, type`,
  );
  const counts = new Map<string, Record<string, number>>();
  for (const { subject, type, count } of rows) counts.set(subject, { ...counts.get(subject), [type]: count });
  return counts;
}

/** What was published before was forgotten, or elsewhere. ISO 8601, UTC; empty when there is nothing. */
export async function oldestEvent(database: Database): Promise<string> {
  const { rows } = await database.query<{ at: Date | null }>(
    'select greatest((select min(at) from event), (select max(at) from moved)) as at',
  );
  return rows[0]?.at?.toISOString() ?? '';
}

/** @param at ISO 8601 */
export async function markMoved(database: Database, at: string): Promise<void> {
  await database.query('insert into moved (at) values ($1) on conflict do nothing', [at]);
}

/** An event is kept once however often it comes. */
export async function insertEvents(database: Database, events: readonly unknown[]): Promise<void> {
  await database.query(
    `insert into event (id, type, subject, body)
     select event->>'id', event->>'type', event->>'subject', event from json_array_elements($1::json) as event
     on conflict (id) do nothing`,
    [JSON.stringify(events)],
    'event-keep',
  );
}
