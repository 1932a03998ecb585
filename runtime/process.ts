import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { ConfigError, commonSettings, readEnv } from './config/env.ts';
import { createLogger, type Logger } from './telemetry/log.ts';
import { startTelemetry } from './telemetry/start.ts';

const milliseconds = (byDefault: number) => z.coerce.number().pipe(z.int().min(0)).default(byDefault);

const processSettings = {
  ...commonSettings,
  /**
   * How long a process that was told to stop still takes requests while `/ready` already says no, so that
   * whoever sends them finds that out first. In milliseconds; 0 where one supervisor does both.
   */
  STOP_GRACE_MS: milliseconds(0),
  /** From the end of that to a forced end, in milliseconds: longer than a request may take. */
  STOP_DEADLINE_MS: milliseconds(10_000),
};
export type ProcessShape = typeof processSettings;

export interface ProcessContext<Shape extends z.ZodRawShape> {
  /** Those of every process and the process's own. */
  readonly settings: z.output<z.ZodObject<ProcessShape & Shape>>;
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

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The life of one process of the shop: settings, telemetry, listening, `{type: 'ready'}` to the supervisor where
 * there is one, and on SIGTERM or SIGINT an orderly end: not ready, then no new connection, the requests under
 * way answered, loops ended and pools closed. Without its supervisor it ends at once.
 *
 * @param environment where the settings come from @default the process's own environment
 */
export async function runProcess<Shape extends z.ZodRawShape>(
  name: string,
  shape: Shape,
  start: (context: ProcessContext<Shape>) => Promise<RunningProcess>,
  environment: () => Promise<Environment> = async () => process.env,
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
  let times = { graceMs: 0, deadlineMs: 10_000 };
  let stop = async () => {};
  const beginStop = () => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => {
      logger.error('did not stop in time; ending now');
      process.exit(1);
    }, times.graceMs + times.deadlineMs).unref();
    sleep(times.graceMs)
      .then(stop)
      .then(() => process.exit(0), die);
  };
  process.on('SIGTERM', beginStop);
  process.on('SIGINT', beginStop);

  try {
    const settings = readEnv(
      { ...processSettings, ...shape },
      await environment(),
    ) as ProcessContext<Shape>['settings'];
    const common = settings as z.output<z.ZodObject<ProcessShape>>;
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
    // Who keeps a connection is told with the next answer to take another, which goes elsewhere.
    running.server.server.prependListener('request', (_request, response) => {
      if (stopping) response.shouldKeepAlive = false;
    });
    times = { graceMs: common.STOP_GRACE_MS, deadlineMs: common.STOP_DEADLINE_MS };
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
