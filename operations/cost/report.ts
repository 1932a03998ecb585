import { hourlyOf, type Line, totalOf, type Use } from './estimate.ts';
import { hoursAMonth, type Price } from './price.ts';

/** What is printed. */
export function reportOf(lines: readonly Line[], uses: readonly Use[], withSources: boolean): string[] {
  const total = totalOf(lines);
  const rows = componentsOf(lines).flatMap(([component, ofIt]) => [
    row(component, totalOf(ofIt).hourly),
    ...ofIt.map((line) => {
      const cost = hourlyOf(line);
      const text = `  ${line.what}${line.count === 1 ? '' : ` × ${line.count}`}`;
      return cost === undefined ? `${text.padEnd(50)} no price known` : row(text, cost);
    }),
  ]);
  const moves = total.hourlyAtMost - total.hourly > 0.0005;
  return [
    row('', undefined),
    ...rows,
    row('all of it', total.hourly),
    ...(moves ? [row('at most, should spot cost as much as on demand', total.hourlyAtMost)] : []),
    ...(total.unknown.length > 0 ? [`not in it, for no price is known: ${total.unknown.join(', ')}`] : []),
    '',
    'By use, for a million orders:',
    ...uses.map(({ what, amount, because, price }) => {
      const cost = price === undefined ? 'no price known' : `$${(amount * price.usd).toFixed(2)}`;
      return `  ${what.padEnd(26)} ${cost.padStart(14)}   ${because}`;
    }),
    '',
    ...(withSources ? sourcesOf(lines, uses) : ['`--sources` tells where each price is from, and of when.']),
  ];
}

const row = (what: string, hour: number | undefined) =>
  `${what.padEnd(50)} ${hour === undefined ? ' USD an hour   a month' : `${hour.toFixed(4).padStart(12)} ${(hour * hoursAMonth).toFixed(2).padStart(9)}`}`;

function componentsOf(lines: readonly Line[]): [string, Line[]][] {
  return [...new Set(lines.map(({ component }) => component))].map((component) => [
    component,
    lines.filter((line) => line.component === component),
  ]);
}

function sourcesOf(lines: readonly Line[], uses: readonly Use[]): string[] {
  const told = (what: string, price: Pick<Price, 'usd' | 'region' | 'date' | 'source'> & { per: string }) =>
    `  ${what}: $${price.usd} by the ${price.per}, ${price.region}, ${price.date}: ${price.source}`;
  return [
    'Prices:',
    ...[...lines, ...uses].flatMap(({ what, price }) => (price === undefined ? [] : [told(what, price)])),
  ];
}

/** Of which regions the prices are: those that the stack is not in are said. */
export function regionsOf(lines: readonly Line[], region: string): string | undefined {
  const regions = new Set(lines.flatMap(({ price }) => (price === undefined ? [] : [price.region])));
  regions.delete(region);
  return regions.size === 0
    ? undefined
    : `The prices are those of ${[...regions].join(' and ')}; those of ${region} differ.`;
}
