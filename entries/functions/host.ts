import { z } from 'zod';
import { hostedSettings } from '../../runtime/config/env.ts';
import type { FunctionService, TableDefinition } from '../../runtime/function-service.ts';
import { createDispatch, type Dispatch } from '../../runtime/http/dispatch.ts';
import { createTokenVerifier, remoteKeys } from '../../runtime/http/token.ts';
import { systemClock as clock } from '../../runtime/ports/clock.ts';
import type { Documents } from '../../runtime/ports/documents.ts';
import { createLogger, type Logger } from '../../runtime/telemetry/log.ts';
import { startTelemetry } from '../../runtime/telemetry/start.ts';
import type { FunctionComposition, FunctionPorts } from './composition.ts';
import type { CreateSenders } from './senders.ts';

/** Of every function, whichever cloud it is on. */
export const functionSettings = {
  ...hostedSettings,
  JWKS_URL: z.url(),
};

/** A function service put together, before anything calls it. */
export interface HostedFunction {
  readonly service: FunctionService;
  readonly dispatch: Dispatch;
  readonly logger: Logger;
  /** A table of the composition. */
  readonly open: FunctionPorts['open'];
  /** Sends its spans: before the host freezes the process. */
  flush(): Promise<void>;
}

/** Once per process, before anything else makes a span. @param documentsOf makes what stands behind a table */
export function hostFunction<Shape extends z.ZodRawShape>(
  composition: FunctionComposition<Shape>,
  settings: z.output<z.ZodObject<typeof functionSettings>> & z.output<z.ZodObject<Shape>>,
  documentsOf: (table: TableDefinition) => Documents,
  senders: CreateSenders,
): HostedFunction {
  const { name, table, otherTables } = composition;
  const telemetry = startTelemetry({
    service: name,
    endpoint: settings.OTEL_EXPORTER_OTLP_ENDPOINT,
    tracesPerSecond: settings.TRACES_PER_SECOND,
  });
  const logger = createLogger(name);
  const documents = new Map([table, ...otherTables].map((each) => [each.name, documentsOf(each)]));
  const open = (wanted: TableDefinition) => {
    const opened = documents.get(wanted.name);
    if (!opened) throw new Error(`${name} names no table ${wanted.name} in its composition`);
    return opened;
  };
  const dispatch = createDispatch({
    service: name,
    verifyToken: createTokenVerifier(remoteKeys(settings.JWKS_URL), {
      issuer: settings.TOKEN_ISSUER,
      audience: settings.TOKEN_AUDIENCE,
    }),
    logger,
  });
  const service = composition.create(settings, { logger, clock, open, ...senders(open) });
  return { service, dispatch, logger, open, flush: () => telemetry.flush() };
}
