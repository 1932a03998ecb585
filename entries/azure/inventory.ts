import { inventory } from '../functions/inventory.ts';
import { registerFunction } from './function.ts';

registerFunction(inventory);
