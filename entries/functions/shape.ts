import { z } from 'zod';
import type { Schedule, TableDefinition } from '../../runtime/function-service.ts';
import { systemClock } from '../../runtime/ports/clock.ts';
import type { Consumer } from '../../runtime/ports/event-bus.ts';
import { createLogger } from '../../runtime/telemetry/log.ts';
import type { FunctionComposition } from './composition.ts';
import { inventory } from './inventory.ts';
import { notification } from './notification.ts';
import { order } from './order.ts';
import { payment } from './payment.ts';

/** A queue and the types of event that it hears. */
export type ConsumerShape = Pick<Consumer, 'name' | 'types'>;

/** What is called again and again, by its name. */
export type ScheduleShape = Pick<Schedule, 'name' | 'everyMs'>;

/** A function service as whoever hosts it sees it: what must be made for it, and what calls it. */
export interface FunctionShape {
  readonly name: FunctionComposition['name'];
  /** Its own first. */
  readonly tables: readonly TableDefinition[];
  readonly consumers: readonly ConsumerShape[];
  readonly schedules: readonly ScheduleShape[];
}

/** All functions. @param env by which they will have their settings @default none: everything as by default */
export function functionShapes(env: Readonly<Record<string, string | undefined>> = {}): FunctionShape[] {
  return [order, inventory, payment, notification].map((one) => shapeOf(one as FunctionComposition, env));
}

/**
 * Puts the service together on nothing, for what it says of itself; nothing of it is called. A setting that is not
 * there, or is wrong, is for the function itself to refuse.
 */
function shapeOf(
  { name, settings, table, otherTables, create }: FunctionComposition,
  env: Readonly<Record<string, string | undefined>>,
): FunctionShape {
  const nothing = new Proxy({}, { get: () => nothing }) as never;
  const known = Object.fromEntries(
    Object.entries(settings).map(([key, schema]) => [key, z.safeParse(schema, env[key] || undefined).data]),
  );
  const service = create(known, {
    logger: createLogger(name, 'silent'),
    clock: systemClock,
    open: () => nothing,
    mailer: () => nothing,
    sms: () => nothing,
  });
  return {
    name,
    tables: [table, ...otherTables],
    consumers: service.consumers.map(({ name, types }) => ({ name, types })),
    schedules: service.schedules.map(({ name, everyMs }) => ({ name, everyMs })),
  };
}
