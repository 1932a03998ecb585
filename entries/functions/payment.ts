import { createPaymentService, paymentTable } from '../../functions/payment/service.ts';
import { openPaymentProvider, paymentSettings } from '../../runtime/adapters/shared/payment-provider.ts';
import { paymentProviderTable } from '../../runtime/adapters/shared/simulated-payment.ts';
import { compose } from './composition.ts';

export const payment = compose({
  name: 'payment',
  settings: paymentSettings,
  table: paymentTable,
  otherTables: [paymentProviderTable],
  create: (settings, { open, clock }) =>
    createPaymentService({
      documents: open(paymentTable),
      clock,
      ...openPaymentProvider(settings, () => open(paymentProviderTable)),
    }),
});
