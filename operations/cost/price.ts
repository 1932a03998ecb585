/** What something costs, as somebody wrote it down: never a guess. */
export interface Price {
  /** US dollars, without tax. */
  readonly usd: number;
  readonly per: keyof typeof hoursIn;
  /** Elsewhere it may cost more. */
  readonly region: string;
  /** When it was so; where the source says no date, when it was looked up. */
  readonly date: string;
  readonly source: string;
}

/** What each use costs. */
export interface UnitPrice extends Omit<Price, 'per'> {
  readonly per: string;
}

/** A month as the clouds reckon it. */
export const hoursAMonth = 730;
const hoursIn = { hour: 1, day: 24, month: hoursAMonth };

export const hourly = ({ usd, per }: Price): number => usd / hoursIn[per];
