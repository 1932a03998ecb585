import { z } from 'zod';
import { createInventoryService, inventoryTable } from '../../functions/inventory/service.ts';
import { createNotificationService, notificationTable } from '../../functions/notification/service.ts';
import { createOrderService, orderTable } from '../../functions/order/service.ts';
import { createPaymentService, paymentTable } from '../../functions/payment/service.ts';
import { startConsumers } from '../../runtime/adapters/local/consumer-loop.ts';
import { createHousekeeping } from '../../runtime/adapters/local/housekeeping.ts';
import { createInbox } from '../../runtime/adapters/local/inbox.ts';
import {
  connectShopDatabase,
  migrateShopDatabase,
  openTables,
} from '../../runtime/adapters/local/shop-database.ts';
import { mailSettings, openMailer } from '../../runtime/adapters/shared/mailer.ts';
import { openPaymentProvider, paymentSettings } from '../../runtime/adapters/shared/payment-provider.ts';
import { paymentProviderTable } from '../../runtime/adapters/shared/simulated-payment.ts';
import type { FunctionService, TableDefinition } from '../../runtime/function-service.ts';
import { createDispatch } from '../../runtime/http/dispatch.ts';
import { createServer } from '../../runtime/http/server.ts';
import { createTokenVerifier, remoteKeys } from '../../runtime/http/token.ts';
import { systemClock as clock } from '../../runtime/ports/clock.ts';
import { startSchedules } from '../function-host/schedules.ts';
import { runProcess } from './common.ts';

const milliseconds = (byDefault: number) => z.coerce.number().pipe(z.int().min(1)).default(byDefault);

const settings = {
  SHOP_DATABASE_URL: z.string(),
  JWKS_URL: z.url(),
  PUBLIC_URL: z.url(),
  TRUSTED_PROXIES: z.string().default('loopback'),
  /** What an order is paid with that names nothing; empty it where real money moves. */
  DEFAULT_PAYMENT_METHOD: z.string().default('pm_card_visa'),
  RECONCILE_EVERY_MS: milliseconds(30_000),
  RECONCILE_REDRIVE_AFTER_MS: milliseconds(60_000),
  RECONCILE_CANCEL_AFTER_MS: milliseconds(15 * 60_000),
  ...paymentSettings,
  ...mailSettings,
};

/** The function host: order, inventory, payment and notification in one process. */
await runProcess('functions', settings, async ({ settings: env, logger, whileServing }) => {
  await migrateShopDatabase(env.SHOP_DATABASE_URL);
  const database = connectShopDatabase(env.SHOP_DATABASE_URL, 'functions', 24);
  const open = openTables(database);
  const inbox = createInbox(database);
  const mailer = openMailer(env, inbox.mailer);

  const hosted: readonly { readonly service: FunctionService; readonly table: TableDefinition }[] = [
    {
      table: orderTable,
      service: createOrderService({
        documents: open(orderTable),
        clock,
        logger,
        defaultPaymentMethod: env.DEFAULT_PAYMENT_METHOD,
        reconcile: {
          everyMs: env.RECONCILE_EVERY_MS,
          redriveAfterMs: env.RECONCILE_REDRIVE_AFTER_MS,
          cancelAfterMs: env.RECONCILE_CANCEL_AFTER_MS,
        },
      }),
    },
    { table: inventoryTable, service: createInventoryService({ documents: open(inventoryTable) }) },
    {
      table: paymentTable,
      service: createPaymentService({
        documents: open(paymentTable),
        clock,
        ...openPaymentProvider(env, () => open(paymentProviderTable)),
      }),
    },
    {
      table: notificationTable,
      service: createNotificationService({
        documents: open(notificationTable),
        clock,
        mailer,
        mailDomain: env.MAIL_DOMAIN,
        sms: inbox.sms,
        publicUrl: env.PUBLIC_URL,
      }),
    },
  ];

  const server = createServer({
    routes: hosted.flatMap(({ service }) => service.routes),
    dispatch: createDispatch({
      service: 'functions',
      verifyToken: createTokenVerifier(remoteKeys(env.JWKS_URL), {
        issuer: env.TOKEN_ISSUER,
        audience: env.TOKEN_AUDIENCE,
      }),
      logger,
    }),
    logger,
    ready: whileServing(() => database.answers()),
    trustedProxies: env.TRUSTED_PROXIES,
  });
  const consumers = await startConsumers(
    hosted.flatMap(({ service, table }) =>
      service.consumers.map((consumer) => ({ consumer, dependencies: { database, table, logger } })),
    ),
  );
  const schedules = startSchedules(
    [...hosted.flatMap(({ service }) => service.schedules), createHousekeeping(database)],
    logger,
  );
  return {
    server,
    stop: async () => {
      await Promise.all([consumers.stop(), schedules.stop()]);
      await Promise.all([mailer.close?.(), database.close()]);
    },
  };
});
