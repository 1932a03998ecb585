import { createLogger, type Logger } from '../../runtime/telemetry/log.ts';

/**
 * The life of a process that takes a cloud's place and is no part of the shop: ready, and at a SIGTERM an orderly
 * end. Without its supervisor it ends at once.
 * @param start resolves when it works; what it answers with ends it
 */
export async function runStandIn(
  name: string,
  start: (logger: Logger) => Promise<() => Promise<void>>,
): Promise<void> {
  const logger = createLogger(name);
  const die = (error: unknown) => {
    logger.fatal({ err: error }, 'the process cannot go on');
    process.exit(1);
  };
  process.on('uncaughtException', die);
  process.on('unhandledRejection', die);
  process.on('disconnect', () => process.exit(1));
  if (process.connected === false) process.exit(1);
  try {
    const stop = await start(logger);
    const end = () => void stop().then(() => process.exit(0), die);
    process.once('SIGTERM', end);
    process.once('SIGINT', end);
    process.send?.({ type: 'ready' });
  } catch (error) {
    die(error);
  }
}
