/** Arithmetic on histograms with explicit bounds: `counts` has one entry more than `bounds`. */
export interface Histogram {
  readonly bounds: readonly number[];
  readonly counts: readonly number[];
}

/** Adds `other` scaled by `sign`; bounds must agree. */
export function combine(one: Histogram, other: Histogram, sign: 1 | -1): Histogram {
  return {
    bounds: one.bounds,
    counts: one.counts.map((count, index) => count + sign * (other.counts[index] ?? 0)),
  };
}

/**
 * The value below which the share `q` of what was measured lies, estimated within its bucket; the last bucket
 * has no end, so its beginning stands for it. Undefined when nothing was measured.
 */
export function quantile({ bounds, counts }: Histogram, q: number): number | undefined {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  const rank = q * total;
  let below = 0;
  for (const [index, count] of counts.entries()) {
    if (count === 0 || below + count < rank) {
      below += count;
      continue;
    }
    const from = bounds[index - 1] ?? 0;
    const to = bounds[index] ?? from;
    return from + ((rank - below) / count) * (to - from);
  }
  return bounds.at(-1);
}
