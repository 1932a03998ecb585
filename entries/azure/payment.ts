import { payment } from '../functions/payment.ts';
import { registerFunction } from './function.ts';

registerFunction(payment);
