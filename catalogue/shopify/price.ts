/** How many decimals a currency's minor unit stands for: 2 for EUR, 0 for JPY, 3 for KWD. */
export function currencyDecimals(currency: string): number {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  return format.resolvedOptions().maximumFractionDigits ?? 2;
}

/**
 * A decimal price as minor units, exactly: digit by digit, for 19.99 × 100 is not 1999 to a floating-point unit.
 * Returns the reason when it is not possible.
 */
export function parsePrice(text: string, currency: string): { minor: number } | { reason: string } {
  const match = /^(\d{1,12})(?:\.(\d+))?$/.exec(text.trim());
  if (!match) return { reason: `the price "${text}" is not a number such as 19.99` };
  const [, whole = '', fraction = ''] = match;
  const decimals = currencyDecimals(currency);
  if (/[1-9]/.test(fraction.slice(decimals))) {
    return { reason: `the price ${text} has more decimals than ${currency}, which has ${decimals}` };
  }
  return { minor: Number(whole + fraction.slice(0, decimals).padEnd(decimals, '0')) };
}
