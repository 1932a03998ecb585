/**
 * Errors that cross the rooms of the shop. Each port throws only these (or lets a programming error escape),
 * so that a handler can decide without knowing which adapter it stands on.
 */

/** A dependency does not answer now. HTTP turns it into 503 with Retry-After; a consumer tries again later. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError';
}

/** A document was changed, made or deleted by somebody else since it was read. Read again and decide again. */
export class ConflictError extends Error {
  override readonly name = 'ConflictError';
}

/** A conditional adjustment would have taken a number below zero, or its document does not exist. */
export class InsufficientError extends Error {
  override readonly name = 'InsufficientError';
}

/** This consumer has already handled this event: its effect stands, nothing was written again. */
export class AlreadyHandledError extends Error {
  override readonly name = 'AlreadyHandledError';
}

/** A cursor that no page of this query or scan gave. */
export class InvalidCursorError extends Error {
  override readonly name = 'InvalidCursorError';
}

/** An event is too large for every bus the shop runs on, and was refused before it was sent. */
export class OversizeEventError extends Error {
  override readonly name = 'OversizeEventError';
}

/** Thrown by an event handler: try this message again after `delayMs` milliseconds, whatever the usual backoff. */
export class RetryLaterError extends Error {
  override readonly name = 'RetryLaterError';
  readonly delayMs: number;

  constructor(message: string, delayMs: number, options?: ErrorOptions) {
    super(message, options);
    this.delayMs = delayMs;
  }
}
