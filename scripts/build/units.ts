import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export const clouds = ['aws', 'azure'] as const;
export type Cloud = (typeof clouds)[number];
export type UnitKind = 'function' | 'container';

/** What is deployed as one: a function or a container of one cloud. */
export interface Unit {
  readonly cloud: Cloud;
  readonly name: string;
  readonly kind: UnitKind;
  /** From the root. */
  readonly entry: string;
}

/** The largest a function's zip may be, in bytes (1 kB is 1,000): what is loaded at a cold start. */
export const zipBudgets: Record<Cloud, number> = { aws: 400_000, azure: 650_000 };

/**
 * The entries of `entries/<cloud>/`: each file whose name is that of a folder of functions/ or services/. The others
 * are what entries have in common.
 */
export function findUnits(root: string): Unit[] {
  return clouds.flatMap((cloud) => {
    const folder = join('entries', cloud);
    if (!existsSync(join(root, folder))) return [];
    return readdirSync(join(root, folder))
      .filter((file) => file.endsWith('.ts'))
      .sort()
      .flatMap((file) => {
        const name = file.slice(0, -'.ts'.length);
        const kind = kindOf(root, name);
        return kind ? [{ cloud, name, kind, entry: join(folder, file) }] : [];
      });
  });
}

function kindOf(root: string, name: string): UnitKind | undefined {
  if (existsSync(join(root, 'functions', name))) return 'function';
  if (existsSync(join(root, 'services', name))) return 'container';
  return undefined;
}
