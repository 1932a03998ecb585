import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const projectFolder = fileURLToPath(new URL('../../..', import.meta.url));
export const nodeModules = join(projectFolder, 'node_modules');

/** Never part of a program: what is installed, made or kept by a run. */
const left = /^(node_modules|\.git|\.data|\.tmp|dist|coverage)$/;

/**
 * A copy of a program that a test may edit, with the packages of this project. Where the program is the project
 * itself, all its sources come along.
 */
export function copyProgram(folder: string): { readonly folder: string; remove(): void } {
  const copy = mkdtempSync(join(tmpdir(), 'engine-program-'));
  cpSync(folder, copy, {
    recursive: true,
    filter: (source) =>
      !relative(folder, source)
        .split('/')
        .some((part) => left.test(part)),
  });
  symlinkSync(nodeModules, join(copy, 'node_modules'));
  return { folder: copy, remove: () => rmSync(copy, { recursive: true, force: true }) };
}
