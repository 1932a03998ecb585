import { z } from 'zod';
import { ConfigError, port } from '../../runtime/config/env.ts';
import { runProcess } from '../../runtime/process.ts';
import { openParts } from '../backends/parts.ts';
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
  /** Where mail is accepted, on 127.0.0.1. Not set: nowhere. */
  SMTP_PORT: port.optional(),
};

// The supervisor may speak before the process listens.
const processes = trackProcesses(process);

await runProcess('console', shape, async ({ settings, logger, whileServing }) => {
  const shop = await openParts(process.env, 'console', 4);
  const log = await shop.keepEvents(logger);
  const server = createConsole({
    inbox: shop.inbox,
    deadLetters: shop.deadLetters,
    eventsOf: shop.eventsOf,
    traces: createTraceStore(),
    metrics: createMetricStore(),
    processes,
    ready: whileServing(() => shop.answers()),
    logger,
  });
  const smtpPort = settings.SMTP_PORT;
  const mail =
    smtpPort === undefined
      ? undefined
      : await startMailReceiver({ port: smtpPort, store: shop.inbox.add, logger }).catch((cause: Error) => {
          throw new ConfigError(
            `cannot accept mail on ${loopback}:${smtpPort} (SMTP_PORT): ${cause.message}`,
          );
        });
  if (mail) logger.info({ port: mail.port }, 'accepting mail');
  return {
    server,
    stop: async () => {
      await mail?.stop();
      await log.stop();
      await shop.close();
    },
  };
});
