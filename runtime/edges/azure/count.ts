import { countedType, countName } from '../counted.ts';

/** With which the line of a count begins: by it a query finds them among all that a function logs. */
export const countStart = `{"${countName}":`;

/**
 * A line of a function's log that counts an event that was handled, and says how long after it happened; undefined
 * for one that is not counted. A message that is delivered twice counts twice.
 */
export function countLine(consumer: string, body: unknown, now = Date.now()): string | undefined {
  const type = countedType(body);
  if (type === undefined) return undefined;
  const { time } = body as { readonly time?: string };
  return JSON.stringify({ [countName]: 1, consumer, type, waitedMs: now - Date.parse(time ?? '') });
}
