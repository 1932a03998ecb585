import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hostJson } from '../../runtime/edges/azure/host-settings.ts';
import { bundle, type Part, partsOf, startBytes, strangers } from './bundle.ts';
import { findUnits, type Unit, zipBudgets } from './units.ts';
import { type Files, zip } from './zip.ts';

export class BuildError extends Error {
  override readonly name = 'BuildError';
}

export interface BuiltUnit extends Unit {
  /** Minified code that every start reads. */
  readonly startBytes: number;
  readonly zipBytes: number;
  readonly parts: readonly Part[];
}

export interface BuildOptions {
  /** The project's folder. */
  readonly root: string;
  readonly outDir: string;
  /** @default all of `findUnits` */
  readonly units?: readonly Unit[];
  /** The largest zip of a function, in bytes. @default zipBudgets */
  readonly budgets?: typeof zipBudgets;
}

/**
 * Writes for each unit `<outDir>/<cloud>/<name>/` with all that is deployed, `<name>.zip` of just that, and beside
 * them `<name>.maps/`, the source maps, and `<name>.legal.txt`. What was there for the same clouds is removed first:
 * another cloud's bundles may be in use.
 * @throws BuildError naming every unit that is over its budget or has another cloud's code in it
 */
export async function buildUnits({
  root,
  outDir,
  units = findUnits(root),
  budgets = zipBudgets,
}: BuildOptions): Promise<BuiltUnit[]> {
  for (const { cloud } of units) await rm(join(outDir, cloud), { recursive: true, force: true });
  const built: BuiltUnit[] = [];
  const problems: string[] = [];
  for (const unit of units) {
    const bundled = await bundle(root, unit);
    const files = await filesOf(root, unit, bundled.code);
    const archive = zip(files);
    const place = join(outDir, unit.cloud, unit.name);
    for (const [name, bytes] of files) await write(join(place, name), bytes);
    await write(`${place}.zip`, archive);
    for (const [name, bytes] of bundled.maps) await write(join(`${place}.maps`, name), bytes);
    await write(`${place}.legal.txt`, bundled.legal);
    built.push({
      ...unit,
      startBytes: startBytes(bundled),
      zipBytes: archive.length,
      parts: partsOf(bundled),
    });
    const title = `${unit.cloud}/${unit.name}`;
    const foreign = strangers(unit, bundled.metafile);
    if (foreign.length > 0)
      problems.push(`${title} has another cloud's code in it: ${foreign.slice(0, 3).join(', ')}`);
    const budget = budgets[unit.cloud];
    if (unit.kind === 'function' && archive.length > budget)
      problems.push(`${title} is over its budget: ${archive.length} of ${budget} bytes zipped`);
  }
  if (problems.length > 0) throw new BuildError(problems.join('\n'));
  return built;
}

async function filesOf(root: string, { cloud, name, kind }: Unit, code: Files): Promise<Files> {
  const files = new Map(code);
  if (kind === 'container') {
    const migrations = join(root, 'services', name, 'migrations');
    if (existsSync(migrations))
      for (const file of await readdir(migrations))
        files.set(`migrations/${file}`, await readFile(join(migrations, file)));
  } else if (cloud === 'azure') {
    // The host reads both from the archive's root.
    files.set('host.json', Buffer.from(`${JSON.stringify(hostJson, undefined, 2)}\n`));
    files.set('package.json', Buffer.from(`${JSON.stringify({ name, type: 'module', main: 'main.mjs' })}\n`));
  }
  return files;
}

async function write(file: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, bytes);
}
