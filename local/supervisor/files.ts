import { randomUUID } from 'node:crypto';
import { readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Whole or not at all, also after a power cut: a reader never sees half a file. */
export async function writeFileAtomic(file: string, text: string, mode: number): Promise<void> {
  const temporary = `${file}.${randomUUID()}`;
  try {
    await writeFile(temporary, text, { mode, flush: true });
    await rename(temporary, file);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** What a death in the middle of `writeFileAtomic` left in a folder that nobody else writes to. */
export async function removeHalfWritten(folder: string): Promise<void> {
  const halfWritten = (await readdir(folder)).filter((name) =>
    /\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(name),
  );
  await Promise.all(halfWritten.map((name) => rm(join(folder, name), { force: true })));
}
