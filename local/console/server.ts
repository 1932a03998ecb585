import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Inbox } from '../../runtime/adapters/local/inbox.ts';
import type { ShopEvent } from '../../runtime/contracts/events/envelope.ts';
import { orderId } from '../../runtime/contracts/schemas.ts';
import { badRequest, fieldErrors, notFound, ProblemError } from '../../runtime/http/problem.ts';
import { addHealthRoutes, createBareServer } from '../../runtime/http/server.ts';
import type { DeadLetters } from '../../runtime/ports/event-bus.ts';
import type { Logger } from '../../runtime/telemetry/log.ts';
import { refuseForeign } from './guard.ts';
import type { MetricStore } from './metrics.ts';
import { metricExport, traceExport } from './otlp.ts';
import { addPage } from './page.ts';
import type { ProcessList } from './processes.ts';
import type { TraceStore } from './traces.ts';

export interface ConsoleOptions {
  readonly inbox: Pick<Inbox, 'list'>;
  readonly deadLetters: DeadLetters;
  readonly eventsOf: (subject: string) => Promise<ShopEvent[]>;
  readonly traces: TraceStore;
  readonly metrics: MetricStore;
  readonly processes: () => ProcessList;
  readonly ready: () => Promise<boolean>;
  readonly logger: Logger;
}

/** A batch of spans with long attributes. */
const maxExportBytes = 8 * 1024 * 1024;

const limit = z.coerce.number().pipe(z.int().min(1).max(500)).default(50);
const limitOnly = z.strictObject({ limit });
const inboxQuery = z.strictObject({ limit, to: z.string().min(1).max(320).optional() });

/** What goes on in the shop, as JSON and as one page, and the receiver of its telemetry. It listens when told to. */
export function createConsole(options: ConsoleOptions): FastifyInstance {
  const server = createBareServer(options.logger);
  refuseForeign(server);
  addHealthRoutes(server, options.ready);
  addPage(server);
  addReceivers(server, options);
  addApi(server, options);
  return server;
}

function addApi(server: FastifyInstance, options: ConsoleOptions): void {
  const { inbox, deadLetters, traces, metrics } = options;
  server.get('/api/inbox', async (request) => ({ items: await inbox.list(query(request, inboxQuery)) }));
  server.get('/api/orders/:id/events', async (request) => {
    const id = orderId.safeParse(param(request));
    if (!id.success) throw badRequest('id', 'must be ORD- and a ULID');
    return { items: await options.eventsOf(id.data) };
  });
  server.get('/api/dead-letters', async (request) => ({
    items: await deadLetters.list(query(request, limitOnly).limit),
  }));
  server.post('/api/dead-letters/:id/redrive', async (request) => {
    if (!(await deadLetters.redrive(param(request)))) throw notFound('dead letter');
    return { redriven: true };
  });
  server.get('/api/traces', async (request) => ({ items: traces.list(query(request, limitOnly).limit) }));
  server.get('/api/traces/:id', async (request) => {
    const trace = traces.get(param(request).toLowerCase());
    if (!trace) throw notFound('trace here: only the last ones are kept, and not every request is recorded');
    return trace;
  });
  server.get('/api/processes', async () => ({ items: options.processes() }));
  server.get('/api/metrics', async () => metrics.read());
}

/** OTLP over HTTP in JSON, as OpenTelemetry's exporters post it. */
function addReceivers(server: FastifyInstance, { traces, metrics }: ConsoleOptions): void {
  server.post('/v1/traces', { bodyLimit: maxExportBytes }, async (request) => {
    traces.add(json(request, traceExport));
    return { partialSuccess: {} };
  });
  server.post('/v1/metrics', { bodyLimit: maxExportBytes }, async (request) => {
    metrics.add(json(request, metricExport));
    return { partialSuccess: {} };
  });
}

function param(request: FastifyRequest): string {
  return (request.params as { id: string }).id;
}

function query<Schema extends z.ZodObject>(request: FastifyRequest, schema: Schema): z.output<Schema> {
  const result = schema.safeParse(request.query);
  if (result.success) return result.data;
  throw new ProblemError(400, 'The request is not valid.', { errors: fieldErrors(result.error, 'query') });
}

function json<Schema extends z.ZodType>(request: FastifyRequest, schema: Schema): z.output<Schema> {
  if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '')) {
    throw new ProblemError(
      415,
      'Only OTLP in JSON is understood: set OTEL_EXPORTER_OTLP_PROTOCOL=http/json.',
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(String(request.body ?? ''));
  } catch (error) {
    throw badRequest('body', `is not valid JSON: ${(error as Error).message}`);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new ProblemError(400, 'This is not OTLP.', {
    errors: fieldErrors(result.error, 'body').slice(0, 20),
  });
}
