import { z } from 'zod';
import { createDeadLetters, listEvents } from '../../runtime/adapters/local/bus.ts';
import { createInbox } from '../../runtime/adapters/local/inbox.ts';
import { connectShopDatabase } from '../../runtime/adapters/local/shop-database.ts';
import { ConfigError, port } from '../../runtime/config/env.ts';
import { runProcess } from '../../runtime/process.ts';
import { createMetricStore } from '../console/metrics.ts';
import { trackProcesses } from '../console/processes.ts';
import { createConsole } from '../console/server.ts';
import { startMailReceiver } from '../console/smtp.ts';
import { createTraceStore } from '../console/traces.ts';

const loopback = '127.0.0.1';

const shape = {
  // The console has no login: it listens to this machine alone, whatever HOST says.
  HOST: z
    .string()
    .catch(loopback)
    .transform(() => loopback),
  SHOP_DATABASE_URL: z.url(),
  /** Where mail is accepted, on 127.0.0.1. Not set: nowhere. */
  SMTP_PORT: port.optional(),
};

// The supervisor may speak before the process listens.
const processes = trackProcesses(process);

await runProcess('console', shape, async ({ settings, logger, whileServing }) => {
  const database = connectShopDatabase(settings.SHOP_DATABASE_URL, 'console', 4);
  const inbox = createInbox(database);
  const server = createConsole({
    inbox,
    deadLetters: createDeadLetters(database),
    eventsOf: (subject) => listEvents(database, subject),
    traces: createTraceStore(),
    metrics: createMetricStore(),
    processes,
    ready: whileServing(() => database.answers()),
    logger,
  });
  const smtpPort = settings.SMTP_PORT;
  const mail =
    smtpPort === undefined
      ? undefined
      : await startMailReceiver({ port: smtpPort, store: inbox.add, logger }).catch((cause: Error) => {
          throw new ConfigError(
            `cannot accept mail on ${loopback}:${smtpPort} (SMTP_PORT): ${cause.message}`,
          );
        });
  if (mail) logger.info({ port: mail.port }, 'accepting mail');
  return {
    server,
    stop: async () => {
      await mail?.stop();
      await database.close();
    },
  };
});
