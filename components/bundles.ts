import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildUnits } from '../scripts/build/build.ts';
import { findUnits } from '../scripts/build/units.ts';
import type { CloudName } from './config/names.ts';
import type { Archive } from './contract.ts';

/** What is deployed, built from the source of this moment: the same bytes for the same source. */
export interface Bundles {
  /** Of a function: a zip. */
  archiveOf(name: string): Archive;
  /** Of a container: all that goes into its image. */
  folderOf(name: string): { readonly path: string; readonly digest: string };
  readonly containers: readonly string[];
}

const root = fileURLToPath(new URL('..', import.meta.url));

/** All that a bundle can be made of. */
const sources = ['runtime', 'services', 'functions', 'entries', 'catalogue', 'scripts/build'];

/**
 * Bundles every function and container of a cloud into a folder of the stack's own, unless what is there was made from
 * the very same source: a preview that changes nothing need not wait for it.
 * @throws BuildError
 */
export async function buildBundles(cloud: CloudName, stack: string): Promise<Bundles> {
  const outDir = join(root, '.tmp', 'deploy', stack);
  const units = findUnits(root).filter((unit) => unit.cloud === cloud);
  const stamp = `${sourceDigest()} ${cloud}\n`;
  const stampFile = join(outDir, 'source');
  if (!existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== stamp) {
    await buildUnits({ root, outDir, units });
    writeFileSync(stampFile, stamp);
  }
  const place = (name: string) => join(outDir, cloud, name);
  return {
    archiveOf: (name) => {
      const path = `${place(name)}.zip`;
      return { path, digest: createHash('sha256').update(readFileSync(path)).digest('hex') };
    },
    folderOf: (name) => ({ path: place(name), digest: digestOf(place(name)) }),
    containers: units.filter(({ kind }) => kind === 'container').map(({ name }) => name),
  };
}

function sourceDigest(): string {
  const hash = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')));
  for (const folder of sources) hash.update(digestOf(join(root, folder)));
  return hash.digest('hex');
}

/** Of the names and bytes of all files in a folder. */
export function digestOf(folder: string): string {
  const hash = createHash('sha256');
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const file of files) {
    const bytes = readFileSync(file);
    hash.update(`${file.slice(folder.length + 1).replaceAll(sep, '/')}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest('hex');
}
