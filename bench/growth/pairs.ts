import { median } from '../support/statistics.ts';

export type Side = 'small' | 'large';

/** Takes the milliseconds of one request. */
export type Record = (kind: string, milliseconds: number) => void;

/** Does one thing once on one side, and records what it cost, as one kind of request or several. */
export type Work = (side: Side, record: Record, turn: number) => Promise<void>;

export interface PairsOptions {
  /** Turns that are not counted. */
  readonly warmUp: number;
  readonly turns: number;
}

/** The largest ratio that growth may cost. */
export const goal = 1.3;

export interface Growth {
  readonly kind: string;
  /** Median milliseconds. */
  readonly small: number;
  readonly large: number;
}

/**
 * Does every work on both sides in turn, one request at a time, so that whatever else the machine does falls on
 * both alike.
 */
export async function measurePairs(
  works: readonly Work[],
  { warmUp, turns }: PairsOptions,
): Promise<Growth[]> {
  const measured = new Map<string, { small: number[]; large: number[] }>();
  for (let turn = -warmUp; turn < turns; turn += 1) {
    const sides: Side[] = turn % 2 === 0 ? ['small', 'large'] : ['large', 'small'];
    for (const work of works) {
      for (const side of sides) {
        const record: Record = (kind, milliseconds) => {
          const known = measured.get(kind) ?? { small: [], large: [] };
          measured.set(kind, known);
          if (turn >= 0) known[side].push(milliseconds);
        };
        await work(side, record, turn + warmUp);
      }
    }
  }
  return [...measured].map(([kind, { small, large }]) => ({
    kind,
    small: median(small),
    large: median(large),
  }));
}

/** A table of the kinds, and which grew beyond the goal. */
export function describeGrowth(
  growth: readonly Growth[],
  [small, large]: readonly [string, string],
): string[] {
  const width = Math.max(...growth.map(({ kind }) => kind.length), 10);
  const ratioOf = (one: Growth) => one.large / one.small;
  const beyond = growth.filter((one) => ratioOf(one) > goal);
  return [
    `${'median ms a request'.padEnd(width)}  ${small.padStart(10)}  ${large.padStart(10)}  ratio (goal: at most ${goal})`,
    ...growth.map(
      (one) =>
        `${one.kind.padEnd(width)}  ${one.small.toFixed(2).padStart(10)}  ${one.large.toFixed(2).padStart(10)}  ` +
        `${ratioOf(one).toFixed(2)}${ratioOf(one) > goal ? '  ABOVE' : ''}`,
    ),
    `above ${goal}: ${beyond.length === 0 ? 'none' : beyond.map(({ kind }) => kind).join('; ')}`,
  ];
}
