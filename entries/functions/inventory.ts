import { z } from 'zod';
import { defaultLowStock } from '../../functions/inventory/reserve.ts';
import { createInventoryService, inventoryTable } from '../../functions/inventory/service.ts';
import { compose } from './composition.ts';

export const inventory = compose({
  name: 'inventory',
  settings: {
    /** `inventory.low` is said when fewer pieces than this are left. */
    LOW_STOCK: z.coerce.number().pipe(z.int().min(0)).default(defaultLowStock),
  },
  table: inventoryTable,
  otherTables: [],
  create: ({ LOW_STOCK: lowStock }, { open }) =>
    createInventoryService({ documents: open(inventoryTable), lowStock }),
});
