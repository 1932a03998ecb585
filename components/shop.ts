import { z } from 'zod';
import type { FunctionComposition } from '../entries/functions/composition.ts';
import { inventory } from '../entries/functions/inventory.ts';
import { notification } from '../entries/functions/notification.ts';
import { order } from '../entries/functions/order.ts';
import { payment } from '../entries/functions/payment.ts';
import { createOutboxSweep } from '../runtime/adapters/shared/relay.ts';
import { createOpenApiDocument, type GatewayRoute, gatewayRoutes } from '../runtime/contracts/openapi.ts';
import type { TableDefinition } from '../runtime/function-service.ts';
import type { ServiceName } from '../runtime/http/route.ts';
import { systemClock } from '../runtime/ports/clock.ts';
import type { Documents } from '../runtime/ports/documents.ts';
import type { Consumer } from '../runtime/ports/event-bus.ts';
import { createLogger } from '../runtime/telemetry/log.ts';

/** A queue and the types of event that it hears. */
export type ConsumerShape = Pick<Consumer, 'name' | 'types'>;

/** What is called again and again, by its name. */
export interface ScheduleShape {
  readonly name: string;
  readonly everyMs: number;
}

/** A function service as the infrastructure sees it. */
export interface FunctionShape {
  readonly name: ServiceName;
  /** Its own first. */
  readonly tables: readonly TableDefinition[];
  readonly consumers: readonly ConsumerShape[];
  readonly schedules: readonly ScheduleShape[];
  readonly answersHttp: boolean;
}

/** What there is to deploy, read from the services' own code. */
export interface Shop {
  readonly functions: readonly FunctionShape[];
  readonly containers: readonly ContainerShape[];
  readonly routes: readonly GatewayRoute[];
}

/** A container service as the infrastructure sees it. */
export interface ContainerShape {
  readonly name: 'user' | 'product';
  /** The setting that its database's address is read from. */
  readonly databaseSetting: string;
  readonly usesCache: boolean;
  /** It signs tokens. */
  readonly holdsTokenKeys: boolean;
  /** Container services that call it. */
  readonly calledBy: readonly ContainerShape['name'][];
}

const containers: readonly ContainerShape[] = [
  {
    name: 'user',
    databaseSetting: 'USER_DATABASE_URL',
    usesCache: false,
    holdsTokenKeys: true,
    // For the keys that check tokens.
    calledBy: ['product'],
  },
  {
    name: 'product',
    databaseSetting: 'PRODUCT_DATABASE_URL',
    usesCache: true,
    holdsTokenKeys: false,
    calledBy: [],
  },
];

export function describeShop(): Shop {
  const routes = gatewayRoutes(createOpenApiDocument());
  return {
    functions: [order, inventory, payment, notification].map((one) =>
      describeFunction(one as FunctionComposition, routes),
    ),
    containers,
    routes,
  };
}

/** Puts the service together on nothing, for what it says of itself; nothing of it is called. */
function describeFunction(
  { name, settings, table, otherTables, create }: FunctionComposition,
  routes: readonly GatewayRoute[],
): FunctionShape {
  const nothing = new Proxy({}, { get: () => nothing }) as never;
  const withDefaults = Object.fromEntries(
    Object.entries(settings).map(([key, schema]) => [key, z.safeParse(schema, undefined).data]),
  );
  const service = create(withDefaults, {
    logger: createLogger(name, 'silent'),
    clock: systemClock,
    open: (): Documents => nothing,
    mailer: () => nothing,
    sms: () => nothing,
  });
  return {
    name,
    tables: [table, ...otherTables],
    consumers: service.consumers.map(({ name, types }) => ({ name, types })),
    schedules: [...service.schedules, createOutboxSweep([])].map(({ name, everyMs }) => ({ name, everyMs })),
    answersHttp: routes.some(({ service }) => service === name),
  };
}
