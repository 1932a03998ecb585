import { UnavailableError } from '../../errors.ts';
import { asUnavailable, type Database } from '../../sql/pool.ts';
import { commitError, commitStatement, commitValues, type Filled, type TableUnit } from './commit.ts';
import type { Delivery } from './delivery.ts';
import { wakeUpsOf } from './wake-ups.ts';

interface Waiting {
  readonly unit: TableUnit;
  resolve(): void;
  reject(error: unknown): void;
}

export type Committer = (unit: TableUnit) => Promise<void>;

const maxGroup = 100;
const maxInFlight = 2;

/**
 * Commits units in groups: while a group is on its way, the units that come meanwhile gather for the next, so
 * that the busier the shop, the fewer commits an order costs. A group that fails as a whole is halved until
 * each unit has its own outcome: one conflict among many costs a few more statements, not one for each.
 */
export function createCommitter(database: Database, delivery: Delivery): Committer {
  const wakeUps = wakeUpsOf(database);
  let waiting: Waiting[] = [];
  let inFlight = 0;

  const commit = async (units: readonly TableUnit[]) => {
    try {
      const { rows } = await database.query<Filled>(
        commitStatement.text,
        commitValues(units, delivery),
        commitStatement.name,
      );
      wakeUps.tell(rows[0]?.filled ?? []);
    } catch (error) {
      throw commitError(error) ?? asUnavailable(error);
    }
  };

  const commitGroup = async (group: readonly Waiting[]) => {
    try {
      await commit(group.map((entry) => entry.unit));
      for (const entry of group) entry.resolve();
    } catch (error) {
      // Away: perhaps it was committed and only the answer is lost, so that a second try would do it twice.
      if (group.length === 1 || error instanceof UnavailableError) {
        for (const entry of group) entry.reject(error);
        return;
      }
      const half = Math.ceil(group.length / 2);
      await commitGroup(group.slice(0, half));
      await commitGroup(group.slice(half));
    }
  };

  const pump = async () => {
    if (inFlight >= maxInFlight) return;
    inFlight += 1;
    while (waiting.length > 0) {
      const group = waiting.slice(0, maxGroup);
      waiting = waiting.slice(maxGroup);
      await commitGroup(group);
    }
    inFlight -= 1;
  };

  return (unit) =>
    new Promise((resolve, reject) => {
      waiting.push({ unit, resolve, reject });
      // At the end of this turn of the event loop, so that what arrives together goes together.
      if (waiting.length === 1) setImmediate(pump);
    });
}
