import { chmod, mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomic } from '../../local/supervisor/files.ts';
import type { Thing } from './store.ts';
import { createTally, sameTally, type Tally } from './tally.ts';

const format = 1;

const manifestShape = z.object({
  format: z.literal(format),
  /** The shop it was taken from, for people. */
  from: z.string(),
  /** ISO 8601, UTC. */
  takenAt: z.string(),
  /** All orders were placed before. ISO 8601, UTC. */
  placedBefore: z.string(),
  kinds: z.array(z.object({ name: z.string(), count: z.int(), checksum: z.string() })),
});

/** What a folder holds: its last file, so that one without it is not whole. */
export type Manifest = z.infer<typeof manifestShape>;

const manifestFile = (folder: string) => join(folder, 'manifest.json');
const fileOf = (folder: string, name: string) => join(folder, `${name}.ndjson`);
/** Things handed on together. */
const batchSize = 100;

/** Makes the folder, for its owner alone. @throws Error when it holds an export, or what is none of it */
export async function prepareFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const there = await readManifest(folder).catch(() => undefined);
  if (there) {
    throw new Error(
      `${folder} holds what was taken from ${there.from} at ${there.takenAt}: import it, or name another folder`,
    );
  }
  // What an export left that broke off may be there.
  const other = (await readdir(folder)).find((name) => !name.endsWith('.ndjson'));
  if (other !== undefined)
    throw new Error(`${folder} holds other things, such as ${other}: name a new folder`);
  await chmod(folder, 0o700);
}

/** Writes one kind, a line a thing. */
export async function writeKind(
  folder: string,
  name: string,
  things: AsyncIterable<readonly Thing[]>,
): Promise<Tally> {
  const tally = createTally();
  await rm(fileOf(folder, name), { force: true });
  const file = await open(fileOf(folder, name), 'w', 0o600);
  try {
    for await (const some of things) {
      for (const thing of some) tally.add(thing);
      await file.write(some.map((thing) => `${lineOf(thing)}\n`).join(''));
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return tally.result();
}

/** Node's reader of lines, like others, also ends one at U+2028 and U+2029, which JSON leaves as they are. */
const lineOf = (thing: Thing): string =>
  JSON.stringify(thing).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');

/** The things of one kind, some at a time. */
export async function* readKind(folder: string, name: string): AsyncGenerator<Thing[]> {
  const file = await open(fileOf(folder, name));
  let batch: Thing[] = [];
  for await (const line of file.readLines()) {
    batch.push(JSON.parse(line) as Thing);
    if (batch.length < batchSize) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

export const writeManifest = (folder: string, manifest: Omit<Manifest, 'format'>): Promise<void> =>
  writeFileAtomic(manifestFile(folder), `${JSON.stringify({ format, ...manifest }, null, 2)}\n`, 0o600);

/** @throws Error when the folder holds no whole export, or one of another version */
export async function readManifest(folder: string): Promise<Manifest> {
  const text = await readFile(manifestFile(folder), 'utf8').catch((cause: unknown) => {
    throw new Error(`${folder} holds no whole export: it has no manifest.json`, { cause });
  });
  const { success, data } = manifestShape.safeParse(JSON.parse(text));
  if (!success) throw new Error(`${folder} was not written by this version of the shop`);
  return data;
}

/** @throws Error unless every file is what the manifest says */
export async function verifyFolder(folder: string, { kinds }: Manifest): Promise<void> {
  for (const kind of kinds) {
    const tally = createTally();
    for await (const things of readKind(folder, kind.name)) for (const thing of things) tally.add(thing);
    const found = tally.result();
    if (!sameTally(kind, found))
      throw new Error(
        `${fileOf(folder, kind.name)} is not as it was written: ${found.count} lines for ${kind.count}`,
      );
  }
}
