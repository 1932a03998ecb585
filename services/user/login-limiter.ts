import { createHash } from 'node:crypto';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { ProblemError } from '../../runtime/http/problem.ts';
import { asUnavailable, type Database } from '../../runtime/sql/pool.ts';
import { addressBlock } from './address.ts';

export interface LoginLimits {
  /** Failures in a window for one name, whoever tries. */
  readonly perAccount: number;
  /** Failures in a window from one address, whichever names it tries. */
  readonly perAddress: number;
  readonly windowSeconds: number;
}

export const defaultLoginLimits: LoginLimits = { perAccount: 10, perAddress: 100, windowSeconds: 15 * 60 };

export interface Attempt {
  /** Forgets the name's failures. */
  succeeded(): Promise<void>;
  /** The name's failure is counted already; the address's now. */
  failed(): Promise<void>;
  /** Neither: it could not be decided. */
  undecided(): Promise<void>;
}

export interface LoginLimiter {
  /** @throws ProblemError 429 with Retry-After; UnavailableError */
  attempt(name: string, address: string): Promise<Attempt>;
}

/**
 * Counts failures in the service's own database, so that replicas share the count. It counts by the name as
 * it was typed, known or not: the limit tells nothing about who has an account. (The user name and the mail
 * address of one account are counted apart for that reason.) An attempt counts for its name before the
 * password is looked at, so that many at once get no further than one after another.
 */
export function createLoginLimiter(
  database: Database,
  limits: LoginLimits = defaultLoginLimits,
): LoginLimiter {
  const shared = {
    storeClient: database.pool,
    storeType: 'pool',
    tableName: 'login_attempt',
    tableCreated: true,
    duration: limits.windowSeconds,
  };
  const accounts = new RateLimiterPostgres({ ...shared, keyPrefix: 'account', points: limits.perAccount });
  const addresses = new RateLimiterPostgres({
    ...shared,
    keyPrefix: 'address',
    points: limits.perAddress,
    // One of the two sweeps the common table.
    clearExpiredByTimeout: false,
  });

  return {
    attempt: async (name, address) => {
      const account = digest(name);
      const block = addressBlock(address);
      const known = await addresses.get(block).catch(rethrow);
      if (known && known.consumedPoints >= limits.perAddress) throw tooMany(known);
      await accounts.consume(account).catch(rethrow);
      return {
        succeeded: async () => void (await accounts.delete(account).catch(rethrow)),
        failed: async () => void (await addresses.penalty(block).catch(rethrow)),
        undecided: async () => void (await accounts.reward(account).catch(rethrow)),
      };
    },
  };
}

/** Somebody may type a password where the name belongs: it is not stored as typed. */
const digest = (name: string) => createHash('sha256').update(name.toLowerCase()).digest('base64url');

/** The library throws a result when the limit is reached, and an error when its store fails. */
function rethrow(reason: unknown): never {
  throw reason instanceof RateLimiterRes ? tooMany(reason) : asUnavailable(reason);
}

function tooMany({ msBeforeNext }: RateLimiterRes): ProblemError {
  const seconds = Math.max(1, Math.ceil(msBeforeNext / 1000));
  return new ProblemError(429, `Too many attempts. Try again in ${seconds} seconds.`, {
    headers: { 'retry-after': String(seconds) },
  });
}
