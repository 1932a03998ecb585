import { FixableError } from './fixable.ts';
import type { Run } from './run.ts';
import { askPulumi } from './stack.ts';

/** What stands by the stack's state. */
export interface Known {
  /** Ids, ARNs and names by which the cloud knows them, in small letters. */
  readonly ids: ReadonlySet<string>;
  readonly types: ReadonlySet<string>;
}

interface Exported {
  readonly deployment: {
    readonly resources?: readonly {
      readonly type: string;
      readonly id?: string;
      readonly outputs?: Readonly<Record<string, unknown>>;
    }[];
  };
}

/**
 * What the state knows, secrets left closed; nothing when there is no such stack.
 * @throws FixableError
 */
export async function readKnown(run: Run, stack: string): Promise<Known> {
  try {
    return knownOf((await askPulumi(run, ['stack', 'export'], stack)) as Exported);
  } catch (error) {
    if (error instanceof FixableError && error.message.startsWith('no stack named')) return knownOf();
    throw error;
  }
}

export function knownOf(exported: Exported = { deployment: {} }): Known {
  const resources = exported.deployment.resources ?? [];
  const ids = resources.flatMap(({ id, outputs = {} }) => [
    id,
    ...Object.entries(outputs).flatMap(([name, value]) => (/^id$|arn$/i.test(name) ? [value] : [])),
  ]);
  return {
    ids: new Set(ids.flatMap((id) => (typeof id === 'string' ? [id.toLowerCase()] : []))),
    types: new Set(resources.map(({ type }) => type)),
  };
}
