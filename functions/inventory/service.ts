import type { FunctionService } from '../../runtime/function-service.ts';
import type { Documents } from '../../runtime/ports/documents.ts';
import { catalogueConsumer } from './catalogue.ts';
import { createInventoryRoutes } from './http.ts';
import { defaultLowStock } from './reserve.ts';
import { createSagaConsumer } from './saga.ts';

export { inventoryTable } from './table.ts';

export interface InventoryDependencies {
  readonly documents: Documents;
  /** @default defaultLowStock */
  readonly lowStock?: number;
}

export function createInventoryService({
  documents,
  lowStock = defaultLowStock,
}: InventoryDependencies): FunctionService {
  return {
    name: 'inventory',
    routes: createInventoryRoutes(documents, lowStock),
    consumers: [catalogueConsumer, createSagaConsumer(lowStock)],
    schedules: [],
  };
}
