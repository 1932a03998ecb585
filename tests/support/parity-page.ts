import { readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** docs/parity.md has two writers: the contract suites, and the suite of the infrastructure. */
type Half = 'contracts' | 'infrastructure';

const file = fileURLToPath(new URL('../../docs/parity.md', import.meta.url));
export const pageName = relative(fileURLToPath(new URL('../..', import.meta.url)), file);
const border = /^(?=## Infrastructure$)/m;

/**
 * Puts one half of the page as it should be.
 * @throws Error in CI when it was not so
 */
export function bringUpToDate(half: Half, wanted: string): void {
  const [contracts = '', infrastructure = ''] = readIfThere().split(border);
  const held = half === 'contracts' ? contracts : infrastructure;
  if (held.trim() === wanted.trim()) return;
  const halves = half === 'contracts' ? [wanted, infrastructure] : [contracts, wanted];
  writeFileSync(
    file,
    `${halves
      .map((text) => text.trim())
      .join('\n\n')
      .trim()}\n`,
  );
  if (process.env.CI === 'true')
    throw new Error(`${pageName} was stale: run \`npm test\` and commit what it wrote`);
  console.log(`  ${pageName} was brought up to date`);
}

function readIfThere(): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
