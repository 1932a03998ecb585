import { order } from '../functions/order.ts';
import { createFunction } from './function.ts';

export const handler = createFunction(order);
