import { createHash } from 'node:crypto';

/** How many ranges a container's partitions are spread over: two, so that queries have something to merge. */
export const rangeIds = ['0', '1'] as const;

export function rangeOf(partition: string): string {
  const [byte = 0] = createHash('sha1').update(partition).digest();
  return rangeIds[byte % rangeIds.length] ?? '0';
}
