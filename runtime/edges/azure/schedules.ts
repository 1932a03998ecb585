import { app } from '@azure/functions';
import type { Schedule } from '../../function-service.ts';
import { withSpan } from '../../telemetry/tracing.ts';
import type { Finish } from './finish.ts';

/** One function for each schedule. The host runs it on one instance at a time. */
export function registerSchedules(schedules: readonly Schedule[], finish: Finish): void {
  for (const schedule of schedules) {
    app.timer(schedule.name, {
      schedule: cronOf(schedule.everyMs),
      handler: finish(async () => {
        await withSpan(`schedule ${schedule.name}`, {}, () => schedule.run());
      }),
    });
  }
}

/**
 * The interval as NCRONTAB of six fields, or the next shorter one that divides a minute, an hour or a day: a cron
 * expression counts from the full one.
 */
export function cronOf(everyMs: number): string {
  const seconds = Math.max(1, Math.floor(everyMs / 1000));
  if (seconds < 60) return `*/${divisorOf(60, seconds)} * * * * *`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `0 */${divisorOf(60, minutes)} * * * *`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `0 0 */${divisorOf(24, hours)} * * *` : '0 0 0 * * *';
}

function divisorOf(whole: number, most: number): number {
  for (let part = most; part > 1; part -= 1) if (whole % part === 0) return part;
  return 1;
}
