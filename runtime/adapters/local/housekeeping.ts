import type { Schedule } from '../../function-service.ts';
import type { Database } from '../../sql/pool.ts';

/** How long events and marks are kept, in days: far longer than any message is tried. */
const keptDays = 7;

/** Forgets old events and marks, but none that a queue or a dead letter still points at. */
export function createHousekeeping(database: Database): Schedule {
  return {
    name: 'bus-housekeeping',
    everyMs: 60 * 60_000,
    run: async () => {
      const old = `at < now() - interval '${keptDays} days'`;
      await database.query(`delete from handled where ${old}`, [], 'forget-marks');
      // Event ids sort by time, so all that is older than the oldest still waiting can go.
      await database.query(
        `delete from event where ${old}
           and id < (select coalesce(min(event_id), '~') from queue)
           and id < (select coalesce(min(event_id), '~') from dead_letter)`,
        [],
        'forget-events',
      );
    },
  };
}
