import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseKeys } from '../../services/user/keys.ts';
import { issueToken } from '../../services/user/tokens.ts';
import { writeFileAtomic } from './files.ts';
import type { Layout } from './layout.ts';

/** Fills the running shop through its HTTP API. Repeating it changes nothing, so an interrupted one is redone. */
export type Seed = (options: {
  readonly gatewayUrl: string;
  /** An administrator's. */
  readonly token: string;
  readonly signal: AbortSignal;
}) => Promise<void>;

const markerOf = (dataDir: string) => join(dataDir, 'catalogue-seeded');

export const isSeeded = (dataDir: string): boolean => existsSync(markerOf(dataDir));

/** For a data folder whose databases are not there (any more). */
export const forgetSeeding = (dataDir: string): Promise<void> => rm(markerOf(dataDir), { force: true });

const tokenLifetimeSeconds = 600;

/** Runs the seed once in the life of a data folder, as an administrator of the supervisor's own making. */
export async function seedOnce(layout: Layout, seed: Seed, signal: AbortSignal): Promise<void> {
  if (isSeeded(layout.dataDir)) return;
  const [key] = parseKeys(await readFile(layout.tokenKeysFile, 'utf8'));
  const token = issueToken(
    { id: 'USR-local-supervisor', username: 'supervisor', role: 'admin' },
    key,
    { issuer: layout.publicUrl, audience: layout.tokenAudience, lifetimeSeconds: tokenLifetimeSeconds },
    { now: () => Date.now() },
  );
  await seed({ gatewayUrl: layout.gatewayUrl, token, signal });
  await writeFileAtomic(markerOf(layout.dataDir), `${new Date().toISOString()}\n`, 0o644);
}
