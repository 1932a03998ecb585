/** An error that a command mends, or a sentence where there is none. */
export class FixableError extends Error {
  override readonly name = 'FixableError';
  readonly fix: string;

  constructor(message: string, fix: string, options?: ErrorOptions) {
    super(message, options);
    this.fix = fix;
  }
}

/** As the commands show an error. */
export function shown(error: unknown): string {
  const { message } = error as Error;
  return error instanceof FixableError ? `error: ${message}\n  → ${error.fix}` : `error: ${message}`;
}
