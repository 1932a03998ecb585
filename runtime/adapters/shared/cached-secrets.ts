import { UnavailableError } from '../../errors.ts';
import { type Clock, systemClock } from '../../ports/clock.ts';
import type { Secrets } from '../../ports/secrets.ts';

export interface CachedSecretsOptions {
  /** After it a secret is read anew, so that a rotated one is seen. In milliseconds. @default 5 minutes */
  readonly freshMs?: number;
  /** How old a known secret may be while its store does not answer. In milliseconds. @default 1 hour */
  readonly staleMs?: number;
  readonly clock?: Clock;
}

interface Known {
  readonly value: string;
  readonly at: number;
}

/** Keeps secrets in memory, reads each once however many ask, and goes on with what it knows for a while. */
export function cacheSecrets(
  read: (name: string) => Promise<string>,
  { freshMs = 5 * 60_000, staleMs = 60 * 60_000, clock = systemClock }: CachedSecretsOptions = {},
): Secrets {
  const known = new Map<string, Known>();
  const underWay = new Map<string, Promise<string>>();

  const readNow = async (name: string): Promise<string> => {
    try {
      const value = await read(name);
      known.set(name, { value, at: clock.now() });
      return value;
    } catch (error) {
      const old = known.get(name);
      if (error instanceof UnavailableError && old && clock.now() - old.at < staleMs) return old.value;
      throw error;
    } finally {
      underWay.delete(name);
    }
  };

  return {
    get: async (name) => {
      const found = known.get(name);
      if (found && clock.now() - found.at < freshMs) return found.value;
      const reading = underWay.get(name) ?? readNow(name);
      underWay.set(name, reading);
      return reading;
    },
  };
}

/** What every adapter says of a name that its store does not have. */
export const noSuchSecret = (name: string) => new Error(`there is no secret named ${name}`);
