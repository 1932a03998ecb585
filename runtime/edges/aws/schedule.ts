import type { Schedule } from '../../function-service.ts';
import { withSpan } from '../../telemetry/tracing.ts';

/** What a schedule sends to the function, as the constant input of its target. */
export interface ScheduleEvent {
  readonly schedule: string;
}

export type ScheduleEdge = (event: ScheduleEvent) => Promise<void>;

/** Runs one schedule by its name. What it throws fails the invocation, so that it is counted and seen. */
export function createScheduleEdge(schedules: readonly Schedule[]): ScheduleEdge {
  const byName = new Map(schedules.map((schedule) => [schedule.name, schedule]));
  return async ({ schedule: name }) => {
    const schedule = byName.get(name);
    if (!schedule) throw new Error(`there is no schedule ${name}: ${[...byName.keys()].join(', ')} are here`);
    await withSpan(`schedule ${name}`, {}, () => schedule.run());
  };
}
