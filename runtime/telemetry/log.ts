import pino from 'pino';
import { currentTraceId } from './tracing.ts';

export type Logger = pino.Logger;

/**
 * JSON lines on stdout, each with the trace it belongs to. Whatever could hold a secret is cut out by name;
 * the rule stays that no secret is handed to a logger. `destination` takes the lines instead of stdout.
 */
export function createLogger(
  service: string,
  level = process.env.LOG_LEVEL ?? 'info',
  destination?: pino.DestinationStream,
): Logger {
  const options: pino.LoggerOptions = {
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: {
      paths: ['password', 'token', 'authorization', '*.password', '*.token', '*.authorization'],
      remove: true,
    },
    mixin: () => {
      const traceId = currentTraceId();
      return traceId ? { traceId } : {};
    },
  };
  // Written at once: the last words before a crash get out, and a reader that went away (EPIPE) is noticed there
  // and then. Written later, they are flushed at the end, and that flush never gives up on a broken pipe.
  return pino(options, destination ?? pino.destination({ dest: 1, sync: true }));
}
