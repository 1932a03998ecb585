import { payment } from '../functions/payment.ts';
import { noSenders } from '../functions/senders.ts';
import { functionEnvironment } from './environment.ts';
import { createFunction } from './function.ts';

export const handler = createFunction(payment, noSenders, await functionEnvironment());
