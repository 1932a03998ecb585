import type { RegisteredFunction } from './core.ts';
import type { Trigger } from './trigger.ts';

/** A timer trigger; a run never overlaps its own next one, and a failed one is only reported. */
export function startTimerTrigger(handler: RegisteredFunction, report: (error: unknown) => void): Trigger {
  let running: Promise<unknown> | undefined;
  const run = () => {
    running ??= fireTimer(handler)
      .catch(report)
      .finally(() => {
        running = undefined;
      });
  };
  const timer = setInterval(run, intervalOf(String(handler.trigger.schedule)));
  return {
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
}

export async function fireTimer(handler: RegisteredFunction): Promise<void> {
  const schedule = { AdjustForDST: true };
  await handler.invoke({ json: JSON.stringify({ IsPastDue: false, Schedule: schedule }) });
}

const units: readonly [RegExp, number][] = [
  [/^\*\/(\d+) \* \* \* \* \*$/, 1_000],
  [/^0 \*\/(\d+) \* \* \* \*$/, 60_000],
  [/^0 0 \*\/(\d+) \* \* \*$/, 3_600_000],
];

/** In milliseconds. @throws Error for any NCRONTAB but that of an interval */
export function intervalOf(schedule: string): number {
  if (schedule === '0 0 0 * * *') return 24 * 3_600_000;
  for (const [form, unit] of units) {
    const [, count] = form.exec(schedule) ?? [];
    if (count !== undefined) return Number(count) * unit;
  }
  throw new Error(`this stand-in knows no schedule ${schedule}`);
}
