import type { z } from 'zod';
import type { FunctionComposition } from '../../entries/functions/composition.ts';
import { inventory } from '../../entries/functions/inventory.ts';
import { notification } from '../../entries/functions/notification.ts';
import { order } from '../../entries/functions/order.ts';
import { payment } from '../../entries/functions/payment.ts';
import { readEnv } from '../../runtime/config/env.ts';
import type { Schedule, TableDefinition } from '../../runtime/function-service.ts';
import { systemClock as clock } from '../../runtime/ports/clock.ts';
import type { Documents } from '../../runtime/ports/documents.ts';
import type { Consumer } from '../../runtime/ports/event-bus.ts';
import { createLogger } from '../../runtime/telemetry/log.ts';

/** A function service as whoever hosts it sees it: what must be made for it, and what calls it. */
export interface FunctionShape {
  readonly name: string;
  readonly tables: readonly TableDefinition[];
  readonly consumers: readonly Pick<Consumer, 'name' | 'types'>[];
  readonly schedules: readonly Pick<Schedule, 'name' | 'everyMs'>[];
}

/** All functions, by the settings that they will have themselves. */
export function functionShapes(env: Readonly<Record<string, string | undefined>>): FunctionShape[] {
  return [shapeOf(order, env), shapeOf(inventory, env), shapeOf(payment, env), shapeOf(notification, env)];
}

function shapeOf<Shape extends z.ZodRawShape>(
  composition: FunctionComposition<Shape>,
  env: Readonly<Record<string, string | undefined>>,
): FunctionShape {
  const { name, table, otherTables } = composition;
  const settings = readEnv(composition.settings, env);
  const { consumers, schedules } = composition.create(settings, {
    logger: createLogger(name, 'silent'),
    clock,
    open: () => nothing,
    mailer: () => ({ send: refuse }),
    sms: () => ({ send: refuse }),
  });
  return { name, tables: [table, ...otherTables], consumers, schedules };
}

const refuse = () => Promise.reject(new Error('this service is only looked at'));
const nothing: Documents = { get: refuse, commit: refuse, query: refuse, scan: refuse };
