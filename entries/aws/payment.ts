import { payment } from '../functions/payment.ts';
import { createFunction } from './function.ts';

export const handler = createFunction(payment);
