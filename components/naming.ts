import { createHash } from 'node:crypto';

/**
 * Names that are the same in every run. What the code looks up by name (tables, queues) is named in full; everything
 * else takes a name from Pulumi, which adds a random ending to the logical name and remembers it.
 */
export interface Naming {
  /** With which every name in the cloud begins: lower-case letters, digits and dashes, at most 24 characters, ends with a dash. */
  readonly prefix: string;
  /**
   * A full name of at most `max` characters.
   * @default 63
   */
  name(part: string, max?: number): string;
}

const longestPrefix = 24;

export function createNaming(project: string, stack: string): Naming {
  const prefix = `${shorten(plain(stack === project ? stack : `${shortened(project)}-${stack}`), longestPrefix - 1)}-`;
  return { prefix, name: (part, max = 63) => shorten(`${prefix}${part}`, max) };
}

/** The project's name says little beside the stack's: its first word is enough. */
const shortened = (project: string) => project.split('-')[0] ?? project;

/** What every cloud takes in a name; a letter comes first. */
function plain(text: string): string {
  const kept = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return /^[a-z]/.test(kept) ? kept : `s-${kept}`;
}

/** Cut to fit, with a digest of the whole in place of what is cut, so that different names stay different. */
export function shorten(name: string, max: number): string {
  if (name.length <= max) return name;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 6);
  return `${name.slice(0, max - digest.length - 1).replace(/-+$/, '')}-${digest}`;
}
