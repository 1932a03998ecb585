import { type Polling, pause, poll } from './polling.ts';
import type { Invoke } from './queue-source.ts';

/** Invokes a function with the constant input of a schedule, at its interval. */
export function startScheduleSource(
  invoke: Invoke,
  { name, everyMs }: { readonly name: string; readonly everyMs: number },
): Polling {
  return poll(async (signal) => {
    await pause(everyMs, signal);
    if (!signal.aborted) await invoke({ schedule: name });
  });
}
