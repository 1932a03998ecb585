import pRetry from 'p-retry';
import { UnavailableError } from '../../runtime/errors.ts';
import { faultPoint } from '../../runtime/telemetry/faults.ts';
import type { Store, Thing } from './store.ts';
import { canonical } from './tally.ts';

/** What became of the things of one kind. */
export interface Restored {
  readonly written: number;
  /** The same was there. */
  readonly present: number;
  /** An older version was there, and gave way. */
  readonly updated: number;
  /** Something else is there, and stays: the things' keys, with what is in their way. */
  readonly conflicts: readonly string[];
}

/**
 * Writes what is not there yet. So it may be begun again after a death at any moment, and a second run changes
 * nothing.
 */
export async function restore(store: Store, batches: AsyncIterable<readonly Thing[]>): Promise<Restored> {
  const sum = { written: 0, present: 0, updated: 0, conflicts: [] as string[] };
  for await (const batch of batches) {
    // What was written by a try that failed in the end is found by the next.
    const did = await patiently(() => restoreBatch(store, batch));
    faultPoint('move.after-write');
    sum.written += did.written;
    sum.present += did.present;
    sum.updated += did.updated;
    sum.conflicts.push(...did.conflicts);
  }
  return sum;
}

async function restoreBatch(store: Store, batch: readonly Thing[]): Promise<Restored> {
  const left = await store.create(batch);
  const found = await store.find(left);
  const conflicts: string[] = [];
  let updated = 0;
  for (const [position, thing] of left.entries()) {
    const there = found[position];
    const key = store.keyOf(thing);
    if (!there) conflicts.push(`${key}: a name of it is taken by another`);
    else if (canonical(there) === canonical(thing)) continue;
    else if (there.version < thing.version) {
      await store.supersede(there, thing);
      updated += 1;
    } else
      conflicts.push(
        `${key}: version ${there.version} is there, which is not what version ${thing.version} was`,
      );
  }
  return {
    written: batch.length - left.length,
    present: left.length - updated - conflicts.length,
    updated,
    conflicts,
  };
}

/** A store that is away or has too much to do is asked again, for about a minute. */
const patiently = <Result>(work: () => Promise<Result>): Promise<Result> =>
  pRetry(work, {
    retries: 8,
    minTimeout: 500,
    maxTimeout: 15_000,
    randomize: true,
    shouldRetry: ({ error }) => error instanceof UnavailableError,
  });
