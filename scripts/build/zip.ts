import { type Zippable, zipSync } from 'fflate';

/** Paths within the archive, with their bytes. */
export type Files = ReadonlyMap<string, Uint8Array>;

/** DOS time has no zone: the first moment it knows, wherever this runs. */
const mtime = new Date(1980, 0, 1, 0, 0, 0);
const unix = 3;
/** rw-r--r-- of a regular file, in the upper half as Unix archives have it. */
const mode = 0o100644 << 16;

/** The same bytes for the same files: fixed order, time and mode, and a compressor that is the same everywhere. */
export function zip(files: Files): Uint8Array {
  const entries: Zippable = {};
  for (const name of [...files.keys()].sort()) {
    entries[name] = [files.get(name) ?? new Uint8Array(), { mtime, os: unix, attrs: mode, level: 9 }];
  }
  return zipSync(entries);
}
