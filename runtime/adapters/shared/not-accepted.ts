import { UnavailableError } from '../../errors.ts';

/** Without the cause: what a provider says repeats the recipient's address or number, which belongs in no log. */
export function notAccepted(provider: string, error: unknown): UnavailableError {
  const { name, code, statusCode } = error as { name?: string; code?: string; statusCode?: number };
  const status =
    statusCode ?? (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
  const what = [code ?? name, status].filter((part) => part !== undefined).join(' ');
  return new UnavailableError(`${provider} did not accept the message (${what || 'no reason given'})`);
}
