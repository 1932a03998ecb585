import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { BuildError, type BuiltUnit, buildUnits } from './build/build.ts';
import { clouds, findUnits, zipBudgets } from './build/units.ts';

/** Bundles every function and container of every cloud into dist/. */
const usage = `node scripts/build.ts [cloud or cloud/name …] [--parts]

  aws, azure/order  only those
  --parts           what the largest parts of each bundle are`;

const root = fileURLToPath(new URL('..', import.meta.url));

const kilobytes = (bytes: number) => `${(bytes / 1_000).toFixed(1)} kB`;

function report(built: readonly BuiltUnit[], withParts: boolean): void {
  const row = (...cells: string[]) =>
    console.log(cells.map((cell, i) => (i < 2 ? cell.padEnd(22) : cell.padStart(12))).join(''));
  row('unit', 'kind', 'at a start', 'zipped', 'budget');
  for (const { cloud, name, kind, startBytes, zipBytes, parts } of built) {
    const budget = kind === 'function' ? kilobytes(zipBudgets[cloud]) : '';
    row(`${cloud}/${name}`, kind, kilobytes(startBytes), kilobytes(zipBytes), budget);
    if (withParts)
      console.log(
        parts
          .slice(0, 12)
          .map((part) => `    ${part.name} ${kilobytes(part.bytes)}`)
          .join('\n'),
      );
  }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { parts: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
});
const all = findUnits(root);
const titles = all.map(({ cloud, name }) => `${cloud}/${name}`);
const unknown = positionals.filter((wanted) => ![...titles, ...clouds].includes(wanted));
if (values.help || unknown.length > 0) {
  if (unknown.length > 0) console.error(`unknown: ${unknown.join(', ')}; there are ${titles.join(', ')}\n`);
  console.log(usage);
  process.exit(unknown.length > 0 ? 2 : 0);
}
const units = all.filter(
  ({ cloud, name }) =>
    positionals.length === 0 || positionals.includes(cloud) || positionals.includes(`${cloud}/${name}`),
);
try {
  report(await buildUnits({ root, outDir: join(root, 'dist'), units }), values.parts);
} catch (error) {
  console.error(error instanceof BuildError ? error.message : error);
  process.exitCode = 1;
}
