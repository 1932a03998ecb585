import { UnavailableError } from '../../../runtime/errors.ts';

/** Messages by the paths of topics, subscriptions and dead-letter queues, in small letters. */
export type MessageCounts = Readonly<Record<string, number>>;

/**
 * What the stand-in of Service Bus holds, those in flight and those put off included. Azure tells it through an
 * administration client, which speaks HTTPS only.
 */
export async function readCounts(administration: string): Promise<MessageCounts> {
  const response = await fetch(`${administration}/counts`, { signal: AbortSignal.timeout(5_000) });
  if (!response.ok) throw new UnavailableError(`Service Bus answered ${response.status}`);
  return (await response.json()) as MessageCounts;
}

export const countOf = (counts: MessageCounts, paths: readonly string[]): number =>
  paths.reduce((sum, path) => sum + (counts[path.toLowerCase()] ?? 0), 0);
