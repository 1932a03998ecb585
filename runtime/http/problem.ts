import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import { ConflictError, UnavailableError } from '../errors.ts';
import { maxBodyBytes } from './limits.ts';

export interface FieldError {
  /** Dotted path within the request: `items.0.quantity`; `body` for the whole. */
  readonly field: string;
  readonly message: string;
}

/** An answer that is no success, as an RFC 9457 problem document. Throw it anywhere below a route. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly status: number;
  readonly errors?: readonly FieldError[];
  readonly headers?: Readonly<Record<string, string>>;

  constructor(
    status: number,
    detail: string,
    more: {
      errors?: readonly FieldError[];
      headers?: Readonly<Record<string, string>>;
      cause?: unknown;
    } = {},
  ) {
    super(detail, { cause: more.cause });
    this.status = status;
    this.errors = more.errors;
    this.headers = more.headers;
  }
}

export const badRequest = (field: string, message: string) =>
  new ProblemError(400, 'The request is not valid.', { errors: [{ field, message }] });
export const unauthorized = (detail: string) =>
  new ProblemError(401, detail, { headers: { 'www-authenticate': 'Bearer' } });
export const forbidden = (detail: string) => new ProblemError(403, detail);
export const notFound = (what: string) => new ProblemError(404, `There is no such ${what}.`);
export const conflict = (detail: string, errors?: readonly FieldError[]) =>
  new ProblemError(409, detail, { errors });
export const tooLarge = () => new ProblemError(413, `The body is larger than ${maxBodyBytes} bytes.`);
export const unprocessable = (detail: string, errors?: readonly FieldError[]) =>
  new ProblemError(422, detail, { errors });
export const unavailable = (cause?: unknown) =>
  new ProblemError(503, 'The shop is busy recovering. Try again in a moment.', {
    headers: { 'retry-after': '1' },
    cause,
  });

export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
  })
  .meta({ description: 'RFC 9457 problem document' });

export const problemContentType = 'application/problem+json';

export function problemBody(problem: ProblemError): string {
  return JSON.stringify({
    type: 'about:blank',
    title: STATUS_CODES[problem.status] ?? 'Error',
    status: problem.status,
    detail: problem.message,
    errors: problem.errors,
  });
}

/** Every error has an answer: what a port throws is translated, a surprise is a 500 that tells nothing. */
export function toProblem(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof UnavailableError) return unavailable(error);
  if (error instanceof ConflictError) {
    return conflict('Somebody else changed this at the same moment. Read it again and repeat the request.');
  }
  return new ProblemError(500, 'Something went wrong on our side.', { cause: error });
}

/** One entry a field, unknown fields named one by one. */
export function fieldErrors(error: z.ZodError, root: string): FieldError[] {
  return error.issues.flatMap((issue) => {
    const path = issue.path.map(String);
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ field: [...path, key].join('.'), message: 'is not a known field' }));
    }
    return [{ field: path.length > 0 ? path.join('.') : root, message: issue.message }];
  });
}
