import type { Message } from './retry.ts';

/**
 * Messages about the same aggregate are handled one after the other, each seeing what the one before did; all
 * others at once. A second copy of one event in the batch is dropped.
 */
export function wavesOf(messages: readonly Message[]): Message[][] {
  const seen = new Set<string>();
  const depth = new Map<string, number>();
  const waves: Message[][] = [];
  for (const message of messages) {
    if (seen.has(message.eventId)) continue;
    seen.add(message.eventId);
    const wave = depth.get(message.subject) ?? 0;
    depth.set(message.subject, wave + 1);
    const inWave = waves[wave];
    if (inWave) inWave.push(message);
    else waves[wave] = [message];
  }
  return waves;
}
