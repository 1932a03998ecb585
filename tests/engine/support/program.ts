import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const projectFolder = fileURLToPath(new URL('../../..', import.meta.url));
export const nodeModules = join(projectFolder, 'node_modules');

/** Within the project, so that packages are found from there as they are from the project, by no link. */
const copies = join(projectFolder, '.tmp');

/** Never part of a program: what is installed, made or kept by a run. */
const left = /^(node_modules|\.git|\.data|\.tmp|dist|coverage)$/;

/** A copy of a program that a test may edit. Where the program is the project itself, all its sources come along. */
export function copyProgram(folder: string): { readonly folder: string; remove(): void } {
  mkdirSync(copies, { recursive: true });
  const copy = mkdtempSync(join(copies, 'engine-'));
  const kept = (name: string) => !left.test(name);
  for (const name of readdirSync(folder).filter(kept))
    cpSync(join(folder, name), join(copy, name), {
      recursive: true,
      filter: (source) => kept(basename(source)),
    });
  const remove = () => rmSync(copy, { recursive: true, force: true });
  // Also where no test of the file was picked, and so no hook runs.
  process.once('exit', remove);
  return { folder: copy, remove };
}
