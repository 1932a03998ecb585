export function median(numbers: readonly number[]): number {
  return quantile(numbers, 0.5);
}

/** By linear interpolation between the two nearest. */
export function quantile(numbers: readonly number[], q: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const position = (sorted.length - 1) * q;
  const low = sorted[Math.floor(position)] ?? Number.NaN;
  const high = sorted[Math.ceil(position)] ?? Number.NaN;
  return low + (high - low) * (position - Math.floor(position));
}

export const round = (number: number, digits = 0) => Number(number.toFixed(digits));
