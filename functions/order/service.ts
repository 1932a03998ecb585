import type { FunctionService } from '../../runtime/function-service.ts';
import type { Logger } from '../../runtime/telemetry/log.ts';
import { catalogueConsumer } from './catalogue.ts';
import { createOrderRoutes } from './http.ts';
import type { PlaceDependencies } from './place.ts';
import { createReconciler, type ReconcileSettings } from './reconcile.ts';
import { createSagaConsumer } from './saga.ts';

export { orderTable } from './table.ts';

export interface OrderDependencies extends PlaceDependencies {
  readonly logger: Logger;
  readonly reconcile?: ReconcileSettings;
}

export function createOrderService(dependencies: OrderDependencies): FunctionService {
  return {
    name: 'order',
    routes: createOrderRoutes(dependencies),
    consumers: [catalogueConsumer, createSagaConsumer(dependencies.clock)],
    schedules: [createReconciler(dependencies, dependencies.reconcile)],
  };
}
