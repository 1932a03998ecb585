import type { Ask } from '../cloud-cli.ts';
import type { Known } from '../state.ts';

/** Something that is there and that the stack's state does not know. */
export interface Orphan {
  readonly what: string;
  readonly id: string;
  /** The command that deletes it. */
  readonly remove: string;
}

/** Whose leftovers are looked for. */
export interface Owner {
  /** The value of the tag `cost` on all that is the stack's. */
  readonly cost: string;
  /** With which its names begin. */
  readonly prefix: string;
  readonly region: string;
}

/** One way to find them; what it finds may be known to the state. */
export interface Look {
  readonly title: string;
  run(ask: Ask, owner: Owner, known: Known): Promise<readonly Orphan[]>;
}

export interface Left {
  readonly orphans: readonly Orphan[];
  /** What could not be looked at, and why. */
  readonly unseen: readonly string[];
}

/** All ways at once; what several find is told once. */
export async function findLeft(looks: readonly Look[], ask: Ask, owner: Owner, known: Known): Promise<Left> {
  const unseen: string[] = [];
  const found = await Promise.all(
    looks.map((look) =>
      look.run(ask, owner, known).catch((error: Error) => {
        unseen.push(`${look.title}: ${error.message}`);
        return [];
      }),
    ),
  );
  const byId = new Map(found.flat().map((orphan) => [orphan.id.toLowerCase(), orphan]));
  return { orphans: [...byId.values()].filter(({ id }) => !isKnown(id, known)), unseen };
}

/** By the whole of it, or by its end, which is what the state keeps of many: `arn:aws:ec2:…:subnet/subnet-1`. */
function isKnown(id: string, { ids }: Known): boolean {
  const whole = id.toLowerCase();
  const end = /[^:/]+$/.exec(whole)?.[0] ?? whole;
  return ids.has(whole) || ids.has(end) || ids.has(whole.replace(/^arn:[^:]*:[^:]*:[^:]*:[^:]*:/, ''));
}
