import { UnavailableError } from '../../runtime/errors.ts';

/** The provider did not answer in time: what it did is not known, and has to be asked. */
export class DeadlineError extends UnavailableError {}

export type WithDeadline = <Answer>(what: string, call: () => Promise<Answer>) => Promise<Answer>;

/** Runs calls with a time limit each. A call that is late goes on unheard, and harms nothing: it is idempotent. */
export function createDeadline(deadlineMs: number): WithDeadline {
  return async (what, call) => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new DeadlineError(`no answer to ${what} within ${deadlineMs} ms`)),
        deadlineMs,
      );
    });
    try {
      return await Promise.race([call(), late]);
    } finally {
      clearTimeout(timer);
    }
  };
}
