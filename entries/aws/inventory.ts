import { inventory } from '../functions/inventory.ts';
import { createFunction } from './function.ts';

export const handler = createFunction(inventory);
