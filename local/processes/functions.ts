import { z } from 'zod';
import { inventory } from '../../entries/functions/inventory.ts';
import { notification } from '../../entries/functions/notification.ts';
import { order } from '../../entries/functions/order.ts';
import { payment } from '../../entries/functions/payment.ts';
import { startConsumers } from '../../runtime/adapters/local/consumer-loop.ts';
import { createHousekeeping } from '../../runtime/adapters/local/housekeeping.ts';
import { createInbox } from '../../runtime/adapters/local/inbox.ts';
import {
  connectShopDatabase,
  migrateShopDatabase,
  openTables,
} from '../../runtime/adapters/local/shop-database.ts';
import { mailSettings, openMailer, openSms, smsSettings } from '../../runtime/adapters/shared/mailer.ts';
import { createSmtpMailer } from '../../runtime/adapters/shared/smtp-mailer.ts';
import { createDispatch } from '../../runtime/http/dispatch.ts';
import { createServer } from '../../runtime/http/server.ts';
import { createTokenVerifier, remoteKeys } from '../../runtime/http/token.ts';
import { systemClock as clock } from '../../runtime/ports/clock.ts';
import { runProcess } from '../../runtime/process.ts';
import { startSchedules } from '../function-host/schedules.ts';

const settings = {
  SHOP_DATABASE_URL: z.string(),
  JWKS_URL: z.url(),
  TRUSTED_PROXIES: z.string().default('loopback'),
  ...order.settings,
  ...inventory.settings,
  ...payment.settings,
  ...notification.settings,
  ...mailSettings,
  ...smsSettings,
};

/** The function host: order, inventory, payment and notification in one process. */
await runProcess('functions', settings, async ({ settings: env, logger, whileServing }) => {
  await migrateShopDatabase(env.SHOP_DATABASE_URL);
  const database = connectShopDatabase(env.SHOP_DATABASE_URL, 'functions', 24);
  const open = openTables(database);
  const inbox = createInbox(database);
  const mailer = openMailer(env, { inbox: () => inbox.mailer, smtp: createSmtpMailer });
  const sms = openSms(env, { inbox: () => inbox.sms });

  const ports = { logger, clock, open, mailer: () => mailer, sms: () => sms };
  const hosted = [
    { table: order.table, service: order.create(env, ports) },
    { table: inventory.table, service: inventory.create(env, ports) },
    { table: payment.table, service: payment.create(env, ports) },
    { table: notification.table, service: notification.create(env, ports) },
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
