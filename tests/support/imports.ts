import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Import {
  readonly file: string;
  /** A path from the root, or a package's name. */
  readonly target: string;
}

export function sourcesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.includes('node_modules/'))
    .map((name) => join(folder, name));
}

/** Static and dynamic imports and re-exports, types included: a type is knowledge too. */
export function importsOf(file: string, text: string): Import[] {
  const pattern =
    /(?:^|\n)\s*(?:import|export)\s(?:[^'"`;]*?\sfrom\s*)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g;
  return [...text.matchAll(pattern)].map((match) => {
    const specifier = match[1] ?? match[2] ?? '';
    const local = specifier.startsWith('.');
    return {
      file,
      target: local ? relative(root, resolve(root, dirname(file), specifier)) : packageOf(specifier),
    };
  });
}

function packageOf(specifier: string): string {
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? specifier);
}

/** Packages that a package.json names. */
export function packagesOf(manifestFile: string): string[] {
  const { dependencies = {}, devDependencies = {} } = JSON.parse(
    readFileSync(join(root, manifestFile), 'utf8'),
  );
  return [...Object.keys(dependencies), ...Object.keys(devDependencies)];
}

export function importsIn(folder: string): Import[] {
  return sourcesIn(folder).flatMap((file) => importsOf(file, readFileSync(join(root, file), 'utf8')));
}
