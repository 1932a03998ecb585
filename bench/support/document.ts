import { readFile, writeFile } from 'node:fs/promises';

const header = `# Benchmarks

This file is written by \`npm run bench -- --write\`: edit the benchmarks, not the file. Each section says which
command made it, when, and on what machine. Ratios compare two things measured in the same run, in turns, and so
mean the same on another machine; rates and times do not.
`;

const title = (name: string) => `\n## ${name}\n`;

/** Replaces the sections given and keeps the others, in the order of `all`. */
export async function writeSections(
  file: string,
  sections: ReadonlyMap<string, string>,
  all: readonly string[],
): Promise<void> {
  const kept = readSections(await readFile(file, 'utf8').catch(() => ''));
  const merged = new Map([...kept, ...sections]);
  const bodies = all.filter((name) => merged.has(name)).map((name) => title(name) + merged.get(name));
  await writeFile(file, header + bodies.join(''));
}

/** Name and body of each section. */
export function readSections(text: string): Map<string, string> {
  const [, ...parts] = text.split(/\n## /);
  return new Map(
    parts.map((part) => {
      const end = part.indexOf('\n');
      return [part.slice(0, end), part.slice(end + 1).replace(/\n*$/, '\n')];
    }),
  );
}
