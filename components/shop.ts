import { functionShapes, type FunctionShape as HostedShape } from '../entries/functions/shape.ts';
import { createOutboxSweep } from '../runtime/adapters/shared/relay.ts';
import { createOpenApiDocument, type GatewayRoute, gatewayRoutes } from '../runtime/contracts/openapi.ts';

export type { ConsumerShape, ScheduleShape } from '../entries/functions/shape.ts';

/** A function service as the infrastructure sees it. */
export interface FunctionShape extends HostedShape {
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
  const { name, everyMs } = createOutboxSweep([]);
  const sweep = { name, everyMs };
  const routes = gatewayRoutes(createOpenApiDocument());
  return {
    functions: functionShapes().map((shape) => ({
      ...shape,
      schedules: [...shape.schedules, sweep],
      answersHttp: routes.some(({ service }) => service === shape.name),
    })),
    containers,
    routes,
  };
}
