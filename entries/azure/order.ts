import { order } from '../functions/order.ts';
import { registerFunction } from './function.ts';

registerFunction(order);
