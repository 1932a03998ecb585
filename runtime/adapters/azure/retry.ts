import { setTimeout as sleep } from 'node:timers/promises';
import { UnavailableError } from '../../errors.ts';

/** An answer of Cosmos DB that is no success. */
export interface CosmosFailure {
  /** HTTP's status; undefined when there was no answer: refused, cut off, timed out. */
  readonly status: number | undefined;
  /** Cosmos DB's own wish, in milliseconds. */
  readonly retryAfterMs: number | undefined;
}

/** What became of a request: `failure` says that it may be repeated. */
export type Tried<Result> = { readonly result: Result } | { readonly failure: CosmosFailure };

const maxTries = 6;
const firstDelayMs = 20;
const maxDelayMs = 1_000;
/** From the first try on, in milliseconds: longer than that nobody waits. */
const patienceMs = 8_000;

/** Refused for the moment: throttled (429), in the way of another write (449), time-outs, a server that is away. */
export function isTransient(status: number | undefined): boolean {
  return status === undefined || [408, 410, 429, 449].includes(status) || status >= 500;
}

/** Reads an error of the client, which wraps those of a batch. */
export function failureOf(error: unknown): CosmosFailure {
  const { code, retryAfterInMs, cause } = error as {
    code?: unknown;
    retryAfterInMs?: number;
    cause?: unknown;
  };
  if (code === undefined && cause !== undefined) return failureOf(cause);
  return { status: typeof code === 'number' ? code : undefined, retryAfterMs: retryAfterInMs };
}

/**
 * Asks until there is an answer that is not transient. Whether a request that got none had its effect is the
 * caller's to find out.
 * @throws UnavailableError after some tries, over some seconds; any other error of the client as it is
 */
export async function withRetries<Result>(ask: () => Promise<Tried<Result>>): Promise<Result> {
  const deadline = Date.now() + patienceMs;
  for (let tries = 1; ; tries += 1) {
    const { tried, cause } = await attempt(ask);
    if ('result' in tried) return tried.result;
    const { status, retryAfterMs = 0 } = tried.failure;
    const backoff = Math.min(maxDelayMs, firstDelayMs * 2 ** (tries - 1)) * (0.5 + Math.random() / 2);
    const delayMs = Math.max(retryAfterMs, backoff);
    if (tries >= maxTries || Date.now() + delayMs > deadline) {
      const what = status === undefined ? 'gave no answer' : `answered ${status}`;
      throw new UnavailableError(`Cosmos DB ${what}, ${tries} times`, { cause });
    }
    await sleep(delayMs);
  }
}

async function attempt<Result>(
  ask: () => Promise<Tried<Result>>,
): Promise<{ tried: Tried<Result>; cause?: unknown }> {
  try {
    return { tried: await ask() };
  } catch (error) {
    const failure = failureOf(error);
    // A role that was just given takes minutes to count: no fault of what is asked.
    if (failure.status === 401 || failure.status === 403) {
      throw new UnavailableError('Cosmos DB refuses this identity', { cause: error });
    }
    if (!isTransient(failure.status) || isProgramming(error)) throw error;
    return { tried: { failure }, cause: error };
  }
}

/** An error of our own code has no code of the client or of the network. */
function isProgramming(error: unknown): boolean {
  return error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError;
}
