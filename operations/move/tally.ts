import { createHash } from 'node:crypto';

/** What things of one kind come to. */
export interface Tally {
  readonly count: number;
  /** Of the things whatever their order, and of each whatever the order of its fields: 64 hexadecimal digits. */
  readonly checksum: string;
}

export interface Tallying {
  add(thing: object): void;
  result(): Tally;
}

const modulus = 1n << 256n;

/** The sum of the things' SHA-256: two shops that keep the same in another order come to the same. */
export function createTally(): Tallying {
  let count = 0;
  let sum = 0n;
  return {
    add: (thing) => {
      count += 1;
      sum = (sum + BigInt(`0x${createHash('sha256').update(canonical(thing)).digest('hex')}`)) % modulus;
    },
    result: () => ({ count, checksum: sum.toString(16).padStart(64, '0') }),
  };
}

export const sameTally = (one: Tally, other: Tally): boolean =>
  one.count === other.count && one.checksum === other.checksum;

/** JSON with sorted fields: no store promises to keep their order. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  );
}
