import { z } from 'zod';
import { createOrderService, orderTable } from '../../functions/order/service.ts';
import { compose } from './composition.ts';

const milliseconds = (byDefault: number) => z.coerce.number().pipe(z.int().min(1)).default(byDefault);

export const order = compose({
  name: 'order',
  settings: {
    /** What an order is paid with that names nothing; `none` where real money moves, and each must name its own. */
    DEFAULT_PAYMENT_METHOD: z
      .string()
      .default('pm_card_visa')
      .transform((method) => (method === 'none' ? undefined : method)),
    RECONCILE_EVERY_MS: milliseconds(30_000),
    RECONCILE_REDRIVE_AFTER_MS: milliseconds(60_000),
    RECONCILE_CANCEL_AFTER_MS: milliseconds(15 * 60_000),
  },
  table: orderTable,
  otherTables: [],
  create: (settings, { open, clock, logger }) =>
    createOrderService({
      documents: open(orderTable),
      clock,
      logger,
      defaultPaymentMethod: settings.DEFAULT_PAYMENT_METHOD,
      reconcile: {
        everyMs: settings.RECONCILE_EVERY_MS,
        redriveAfterMs: settings.RECONCILE_REDRIVE_AFTER_MS,
        cancelAfterMs: settings.RECONCILE_CANCEL_AFTER_MS,
      },
    }),
});
