import type { PlatformConfig } from '../../components/config/load.ts';
import { hourly, type Price, type UnitPrice } from './price.ts';

/** Something that is paid by the hour while it stands. */
export interface Line {
  readonly component: string;
  readonly what: string;
  readonly count: number;
  /** Of one; undefined where none is known. */
  readonly price: Price | undefined;
  /** Where the price moves: what it cannot go above. */
  readonly atMost?: Price | undefined;
}

/** Something that is paid by use. */
export interface Use {
  readonly what: string;
  /** Units for a million orders, and on what they rest. */
  readonly amount: number;
  readonly because: string;
  readonly price: UnitPrice | undefined;
}

/** Why a resource has no line of its own. */
export type Billing =
  | { readonly kind: 'priced'; readonly component: string }
  | { readonly kind: 'use'; readonly why: string }
  | { readonly kind: 'free'; readonly why: string };

export const priced = (component: string): Billing => ({ kind: 'priced', component });
export const byUse = (why: string): Billing => ({ kind: 'use', why });
export const free = (why: string): Billing => ({ kind: 'free', why });

/** What one cloud's stack costs. */
export interface CloudCost {
  /** Every type of resource that the program registers there. */
  readonly billing: Readonly<Record<string, Billing>>;
  lines(config: PlatformConfig): readonly Line[];
  uses(config: PlatformConfig): readonly Use[];
}

export interface Total {
  readonly hourly: number;
  /** With every moving price at its highest. */
  readonly hourlyAtMost: number;
  /** What has no price that is known. */
  readonly unknown: readonly string[];
}

export const hourlyOf = ({ count, price }: Line): number | undefined =>
  price === undefined ? undefined : count * hourly(price);

export function totalOf(lines: readonly Line[]): Total {
  const sum = (priceOf: (line: Line) => Price | undefined) =>
    lines.reduce((total, line) => total + (hourlyOf({ ...line, price: priceOf(line) }) ?? 0), 0);
  return {
    hourly: sum(({ price }) => price),
    hourlyAtMost: sum(({ price, atMost }) => atMost ?? price),
    unknown: lines.filter(({ price }) => price === undefined).map(({ what }) => what),
  };
}
