import { UnavailableError } from '../../errors.ts';

/** What an error of an AWS client tells, as far as it is one. */
interface ClientError {
  readonly name?: string;
  readonly message?: string;
  readonly $fault?: 'client' | 'server';
  readonly $retryable?: object;
  /** The client adds it to whatever went wrong after a request was made, its network errors too. */
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** Throttling answers with 400 and one of many names. */
const throttled = /throttl|throughput|limitexceeded|toomanyrequests|slowdown/i;

/** An UnavailableError when a service does not answer now, or has too much to do; otherwise the error itself. */
export function asUnavailable(error: unknown, service: string): unknown {
  const { name = '', message, $fault, $retryable, $metadata } = (error ?? {}) as ClientError;
  if (!$metadata) return error;
  const { httpStatusCode: status } = $metadata;
  const noAnswer = status === undefined && $fault === undefined;
  const away = noAnswer || (status !== undefined && status >= 500) || $fault === 'server';
  if (!away && status !== 429 && !$retryable && !throttled.test(name)) return error;
  return new UnavailableError(`${service} does not answer now: ${name}: ${message}`, { cause: error });
}

/** Runs `work` with its errors translated. */
export async function reaching<Result>(service: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw asUnavailable(error, service);
  }
}
