import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import { type Argon2Parameters, encodePhc, parsePhc } from './phc.ts';
import { createWorkQueue, type WorkQueueOptions } from './work-queue.ts';

/** OWASP's recommendation for argon2id: 19 MiB, two passes, one lane. */
export const owaspParameters: Argon2Parameters = { memory: 19_456, passes: 2, parallelism: 1 };

const saltBytes = 16;
const tagBytes = 32;
const argon2id = promisify(argon2);

export interface Passwords {
  /** @throws ProblemError 503 when too many are being hashed */
  hash(password: string): Promise<string>;
  /**
   * Without a stored hash (nobody has that name) the answer is no, after the same work.
   * @throws ProblemError 503 when too many are being hashed
   */
  verify(password: string, stored: string | undefined): Promise<boolean>;
  /** Was it hashed with other parameters than those in use now? */
  isOutdated(stored: string): boolean;
}

export interface PasswordOptions {
  /** @default owaspParameters */
  readonly parameters?: Argon2Parameters;
  /** One hash under way takes `parameters.memory`; the default leaves the thread pool of four a thread. */
  readonly queue?: Partial<WorkQueueOptions>;
}

export function createPasswords({ parameters = owaspParameters, queue }: PasswordOptions = {}): Passwords {
  const enqueue = createWorkQueue({
    concurrency: Math.min(3, availableParallelism()),
    // A few seconds' work: who waits longer has given up, and the work would be for nobody.
    maxWaiting: 200,
    ...queue,
  });
  const derive = (
    password: string,
    salt: Buffer,
    tagLength: number,
    { memory, passes, parallelism }: Argon2Parameters,
  ) =>
    // The same password typed on another keyboard may come as other code points: NFKC makes them equal.
    enqueue(() =>
      argon2id('argon2id', {
        message: password.normalize('NFKC'),
        nonce: salt,
        tagLength,
        memory,
        passes,
        parallelism,
      }),
    );
  // Nobody's hash: no password leads to a random tag.
  const dummy = encodePhc({ parameters, salt: randomBytes(saltBytes), tag: randomBytes(tagBytes) });

  return {
    hash: async (password) => {
      const salt = randomBytes(saltBytes);
      return encodePhc({ parameters, salt, tag: await derive(password, salt, tagBytes, parameters) });
    },
    verify: async (password, stored) => {
      const wanted = parsePhc(stored ?? dummy);
      const tag = await derive(password, wanted.salt, wanted.tag.length, wanted.parameters);
      return timingSafeEqual(tag, wanted.tag);
    },
    isOutdated: (stored) => {
      const { parameters: used, salt, tag } = parsePhc(stored);
      return (
        used.memory !== parameters.memory ||
        used.passes !== parameters.passes ||
        used.parallelism !== parameters.parallelism ||
        salt.length !== saltBytes ||
        tag.length !== tagBytes
      );
    },
  };
}
