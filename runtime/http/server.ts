import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { parse as parseQuery } from 'node:querystring';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import type { Logger } from '../telemetry/log.ts';
import { type Dispatch, problemReply, type WireReply, type WireRequest } from './dispatch.ts';
import { maxBodyBytes } from './limits.ts';
import { notFound, ProblemError, tooLarge, toProblem } from './problem.ts';
import type { Route } from './route.ts';

export interface ServerOptions {
  readonly routes: readonly Route[];
  readonly dispatch: Dispatch;
  readonly logger: Logger;
  /** Do the dependencies answer? */
  readonly ready: () => Promise<boolean>;
  /** Whose X-Forwarded-For is believed: addresses, CIDR blocks or `loopback`, with commas. @default nobody's */
  readonly trustedProxies?: string;
}

/** The HTTP edge of a long-running process: the routes, `/health` and `/ready`. It listens when told to. */
export function createServer(options: ServerOptions): FastifyInstance {
  const { routes, dispatch, logger, ready, trustedProxies } = options;
  const server = createBareServer(logger, trustedProxies);
  for (const route of routes) {
    server.route({
      method: route.spec.method,
      url: route.spec.path.replace(/\{(\w+)\}/g, ':$1'),
      handler: (request, response) => {
        response.hijack();
        const reply = dispatch(route, new FastifyWireRequest(request));
        if (!(reply instanceof Promise)) send(response.raw, reply);
        else {
          reply.then(
            (late) => send(response.raw, late),
            (error: unknown) => {
              logger.error({ err: error }, 'no answer could be made');
              response.raw.destroy();
            },
          );
        }
      },
    });
  }
  addHealthRoutes(server, ready);
  return server;
}

/** Fastify with the shop's error answers and raw bodies, and no route. */
export function createBareServer(logger: Logger, trustedProxies?: string): FastifyInstance {
  const server = fastify({
    logger: false,
    trustProxy: trustedProxies ?? false,
    bodyLimit: maxBodyBytes,
    requestTimeout: 30_000,
    keepAliveTimeout: 65_000,
    forceCloseConnections: 'idle',
    routerOptions: { ignoreTrailingSlash: false, maxParamLength: 200, querystringParser: rememberQueries() },
    // A path that cannot be decoded never reaches the error handler below.
    frameworkErrors: (error, _request, response) => {
      const reply = problemReply(fastifyProblem(error));
      (response as FastifyReply).code(reply.status).headers(reply.headers).send(reply.body);
    },
    clientErrorHandler: (error, socket) => {
      if (socket.writable) socket.end(malformedReply(error.code));
    },
  });
  closeConnectionsThatFallIdle(server);
  closeUnused(server);
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  server.setNotFoundHandler(async (_request, response) => {
    const reply = problemReply(notFound('route'));
    return response.code(reply.status).headers(reply.headers).send(reply.body);
  });
  server.setErrorHandler(async (error, _request, response) => {
    const problem = fastifyProblem(error);
    if (problem.status >= 500 && problem.status !== 503)
      logger.error({ err: error }, 'request failed at the edge');
    const reply = problemReply(problem);
    return response.code(reply.status).headers(reply.headers).send(reply.body);
  });
  return server;
}

/**
 * Fastify closes the connections that are idle when it begins to close. One that was busy then stays open after
 * its answer until the keep-alive time-out, and the server with it; so it is looked at again.
 */
function closeConnectionsThatFallIdle(server: FastifyInstance): void {
  server.addHook('preClose', async () => {
    const timer = setInterval(() => server.server.closeIdleConnections(), 50);
    server.server.once('close', () => clearInterval(timer));
  });
}

/**
 * At its end Node closes the kept connections that carried a request, and waits half a minute for one to come
 * on the others: on the spare one of a browser, say. Those are closed here.
 */
function closeUnused(server: FastifyInstance): void {
  const sockets = new Set<Socket>();
  server.server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.addHook('preClose', async () => {
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
  });
}

/** `/health`: the process lives. `/ready`: it can do its work. */
export function addHealthRoutes(server: FastifyInstance, ready: () => Promise<boolean>): void {
  server.get('/health', async () => ({ status: 'ok' }));
  server.get('/ready', async (_request, response) => {
    const answer = await ready().catch(() => false);
    return response.code(answer ? 200 : 503).send({ status: answer ? 'ready' : 'not ready' });
  });
}

/** Fastify's request as dispatch reads it; what nobody asks for is not found out. */
class FastifyWireRequest implements WireRequest {
  readonly #request: FastifyRequest;

  constructor(request: FastifyRequest) {
    this.#request = request;
  }

  get params() {
    return this.#request.params as Record<string, string>;
  }

  get query() {
    return this.#request.query as Record<string, string | string[]>;
  }

  get headers() {
    return this.#request.headers as Record<string, string | undefined>;
  }

  get body() {
    return this.#request.body as Buffer | undefined;
  }

  get address() {
    return this.#request.ip;
  }
}

/** Straight to Node: what Fastify would look for in a reply, a stream or a schema, is never there. */
function send(response: ServerResponse, { status, headers, body }: WireReply): void {
  if (body === undefined)
    response.writeHead(status, status === 204 || status === 304 ? headers : empty(headers));
  else response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  // Node sends a string together with the headers, but bytes after them, by a system call that costs more; and as
  // Latin-1 every byte is a character, and the same byte again.
  if (Buffer.isBuffer(body) && body.length <= sentAsText) response.end(body.toString('latin1'), 'latin1');
  else response.end(body);
}

/** In bytes: above it, a copy costs more than the call. */
const sentAsText = 32 * 1024;

const empty = (headers: WireReply['headers']) => ({ ...headers, 'content-length': 0 });

/** The same query string gives the same object, which whoever reads it may remember what it means by. */
function rememberQueries(): (text: string) => Record<string, unknown> {
  const known = new Map<string, Record<string, unknown>>();
  return (text) => {
    const before = known.get(text);
    if (before) return before;
    const query = Object.freeze({ ...parseQuery(text) });
    // Full, it begins anew: that costs less than to keep account of who was asked for last.
    if (known.size >= rememberedQueries) known.clear();
    if (text.length <= rememberedQueryLength) known.set(text, query);
    return query;
  };
}

const rememberedQueries = 5_000;

/** In characters. Longer query strings are parsed anew each time, so that they cannot fill the memory. */
const rememberedQueryLength = 1_500;

/** The answer to what is no HTTP request at all, as bytes: there is no request to answer to. */
function malformedReply(code: string | undefined): string {
  const problem =
    code === 'HPE_HEADER_OVERFLOW'
      ? new ProblemError(431, 'The headers are too large.')
      : code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? new ProblemError(408, 'The request did not arrive in time.')
        : new ProblemError(400, 'This is not a valid HTTP request.');
  const { status, headers, body = '' } = problemReply(problem);
  const fields = { ...headers, 'content-length': String(Buffer.byteLength(body)), connection: 'close' };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('\r\n')}\r\n\r\n${body}`;
}

/** What Fastify itself refuses: too large, malformed, an undecodable path. */
function fastifyProblem(error: unknown): ProblemError {
  const status = (error as { statusCode?: number }).statusCode;
  if (error instanceof ProblemError || status === undefined || status >= 500) return toProblem(error);
  return status === 413 ? tooLarge() : new ProblemError(status, (error as Error).message);
}
