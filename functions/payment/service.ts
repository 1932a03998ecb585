import type { FunctionService } from '../../runtime/function-service.ts';
import type { Clock } from '../../runtime/ports/clock.ts';
import type { Documents } from '../../runtime/ports/documents.ts';
import type { PaymentProvider, PaymentWebhook } from '../../runtime/ports/payment.ts';
import { createDeadline } from './deadline.ts';
import { createPaymentSaga } from './saga.ts';
import { createWebhookRoute } from './webhook.ts';

export { paymentTable } from './payment.ts';

export interface PaymentServiceDependencies {
  /** Of `paymentTable`. */
  readonly documents: Documents;
  readonly provider: PaymentProvider;
  readonly clock: Clock;
  /** Without it the webhook route answers 404. */
  readonly webhook?: PaymentWebhook;
  /** For one call of the provider, in milliseconds. @default 2000 */
  readonly deadlineMs?: number;
}

/** Charges and refunds orders through a payment provider. */
export function createPaymentService(dependencies: PaymentServiceDependencies): FunctionService {
  const { documents, provider, clock, webhook, deadlineMs = 2_000 } = dependencies;
  const withDeadline = createDeadline(deadlineMs);
  return {
    name: 'payment',
    routes: [createWebhookRoute({ documents, provider, webhook, clock, withDeadline })],
    consumers: [createPaymentSaga({ provider, clock, withDeadline })],
    schedules: [],
  };
}
