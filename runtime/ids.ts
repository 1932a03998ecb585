import { randomFillSync } from 'node:crypto';
import { monotonicFactory } from 'ulid';

const pool = new Uint8Array(4_096);
let used = pool.length;

/** A byte of secure randomness as a fraction; drawn a page at a time, for a call of its own costs more than an id. */
function random(): number {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const byte = pool[used] ?? 0;
  used += 1;
  return byte / 256;
}

/**
 * A new ULID: sorts by time, and within a millisecond by the order in which this process made it.
 * The argument is the time, in milliseconds since 1970. @default now
 */
export const newId: (time?: number) => string = monotonicFactory(random);
