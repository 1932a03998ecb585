import type { FastifyInstance } from 'fastify';
import type { z } from 'zod';
import { ConfigError, commonSettings, readEnv } from '../../runtime/config/env.ts';
import { createLogger, type Logger } from '../../runtime/telemetry/log.ts';
import { startTelemetry } from '../../runtime/telemetry/start.ts';

export type CommonShape = typeof commonSettings;

export interface ProcessContext<Shape extends z.ZodRawShape> {
  /** The common settings and the process's own. */
  readonly settings: z.output<z.ZodObject<CommonShape & Shape>>;
  readonly logger: Logger;
  /** Wraps a readiness check: false as soon as the process begins to stop, whatever the check says. */
  whileServing(check: () => Promise<boolean>): () => Promise<boolean>;
}

export interface RunningProcess {
  /** Not listening yet; `runProcess` listens on HOST:PORT and closes it. */
  readonly server: FastifyInstance;
  /** After the last answer is out: ends loops, then closes pools. */
  stop(): Promise<void>;
}

/** From the wish to stop to a forced end, in milliseconds. */
const stopDeadlineMs = 10_000;

/**
 * The life of one process of the shop: settings, telemetry, listening, `{type: 'ready'}` to the supervisor, and
 * on SIGTERM or SIGINT an orderly end. Without its supervisor it ends at once.
 */
export async function runProcess<Shape extends z.ZodRawShape>(
  name: string,
  shape: Shape,
  start: (context: ProcessContext<Shape>) => Promise<RunningProcess>,
): Promise<void> {
  const logger = createLogger(name);
  const die = (error: unknown) => {
    // A setting to correct needs its text and no stack.
    if (error instanceof ConfigError) logger.fatal(error.message);
    else logger.fatal({ err: error }, 'the process cannot go on');
    process.exit(1);
  };
  process.on('uncaughtException', die);
  process.on('unhandledRejection', die);
  process.on('disconnect', () => process.exit(1));
  // The supervisor died while this process was loading: the event is over. (Undefined without a supervisor.)
  if (process.connected === false) process.exit(1);

  let stopping = false;
  let stop = async () => {};
  const beginStop = () => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => {
      logger.error('did not stop in time; ending now');
      process.exit(1);
    }, stopDeadlineMs).unref();
    stop().then(() => process.exit(0), die);
  };
  process.on('SIGTERM', beginStop);
  process.on('SIGINT', beginStop);

  try {
    const settings = readEnv({ ...commonSettings, ...shape }) as ProcessContext<Shape>['settings'];
    const common = settings as z.output<z.ZodObject<CommonShape>>;
    const telemetry = startTelemetry({
      service: name,
      endpoint: common.OTEL_EXPORTER_OTLP_ENDPOINT,
      tracesPerSecond: common.TRACES_PER_SECOND,
    });
    const running = await start({
      settings,
      logger,
      whileServing: (check) => async () => !stopping && (await check()),
    });
    stop = async () => {
      await running.server.close();
      await running.stop();
      await telemetry.shutdown();
    };
    await running.server.listen({ host: common.HOST, port: common.PORT }).catch((cause: Error) => {
      throw new ConfigError(`cannot listen on ${common.HOST}:${common.PORT} (HOST, PORT): ${cause.message}`);
    });
    process.send?.({ type: 'ready' });
    logger.info({ address: running.server.server.address() }, 'listening');
  } catch (error) {
    die(error);
  }
}
