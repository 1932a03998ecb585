import { FixableError } from '../fixable.ts';

/** What a look at one thing found. What failed carries the command that mends it. */
export type Finding =
  | { readonly status: 'ok'; readonly what: string }
  | { readonly status: 'warning'; readonly what: string; readonly fix?: string }
  | { readonly status: 'failed'; readonly what: string; readonly fix: string };

export const ok = (what: string): Finding => ({ status: 'ok', what });
export const warning = (what: string, fix?: string): Finding => ({
  status: 'warning',
  what,
  ...(fix !== undefined && { fix }),
});
export const failed = (what: string, fix: string): Finding => ({ status: 'failed', what, fix });

/** One thing to look at. */
export interface Check {
  readonly title: string;
  /** Whatever it throws is a warning: it could not be looked at. */
  run(): Promise<Finding>;
}

export interface Looked {
  readonly title: string;
  readonly finding: Finding;
}

/** All at once, and in their order. */
export function lookAt(
  checks: readonly Check[],
  onFound: (looked: Looked) => void = () => {},
): Promise<Looked[]> {
  return Promise.all(
    checks.map(async ({ title, run }) => {
      const looked = { title, finding: await run().catch(notLookedAt) };
      onFound(looked);
      return looked;
    }),
  );
}

function notLookedAt(error: unknown): Finding {
  const { message } = error as Error;
  return warning(`could not be looked at: ${message}`, error instanceof FixableError ? error.fix : undefined);
}

/** What must be there: whatever is thrown is its failure. */
export async function needed(look: () => Promise<Finding>): Promise<Finding> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof FixableError) return failed(error.message, error.fix);
    throw error;
  }
}
