import type { Schedule } from '../../runtime/function-service.ts';
import type { Logger } from '../../runtime/telemetry/log.ts';
import { withSpan } from '../../runtime/telemetry/tracing.ts';

export interface RunningSchedules {
  /** Waits for a run under way. */
  stop(): Promise<void>;
}

/** Runs each schedule at its interval; a run never overlaps its own next one, and a failed one is only logged. */
export function startSchedules(schedules: readonly Schedule[], logger: Logger): RunningSchedules {
  const stops = schedules.map((schedule) => {
    let running = Promise.resolve();
    let busy = false;
    const timer = setInterval(() => {
      if (busy) return;
      busy = true;
      running = withSpan(`schedule ${schedule.name}`, {}, () => schedule.run())
        .catch((error: unknown) =>
          logger.warn({ err: error, schedule: schedule.name }, 'scheduled run failed'),
        )
        .finally(() => {
          busy = false;
        });
    }, schedule.everyMs);
    return async () => {
      clearInterval(timer);
      await running;
    };
  });
  return {
    stop: async () => {
      await Promise.all(stops.map((stop) => stop()));
    },
  };
}
