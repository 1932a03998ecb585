/** The shop cannot start, and the message says what to do: shown without a stack. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
