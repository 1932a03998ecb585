import cors from '@fastify/cors';
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import { type GatewayRoute, gatewayRoutes, type OpenApiDocument } from '../../runtime/contracts/openapi.ts';
import { notFound, ProblemError } from '../../runtime/http/problem.ts';
import type { Principal, ServiceName } from '../../runtime/http/route.ts';
import { addHealthRoutes, createBareServer } from '../../runtime/http/server.ts';
import type { TokenVerifier } from '../../runtime/http/token.ts';
import type { Logger } from '../../runtime/telemetry/log.ts';
import { recordHttpRequest } from '../../runtime/telemetry/metrics.ts';
import { createProxyHandler } from './proxy.ts';
import { addRequestId } from './request-id.ts';
import { createUpstream, type Upstream } from './upstream.ts';

export interface GatewayOptions {
  readonly document: OpenApiDocument;
  /** Base URLs. Several services may share one. */
  readonly upstreams: Readonly<Record<ServiceName, string>>;
  readonly verifyToken: TokenVerifier;
  readonly logger: Logger;
  /** Origins that browsers may call from. */
  readonly corsOrigins: readonly string[];
  /** Per caller: a token's subject, else an address. 0: no limit. */
  readonly requestsPerMinute: number;
  /** For a whole answer of an upstream. */
  readonly upstreamTimeoutMs: number;
  /** Wraps the readiness check: false while the process stops. @default the check itself */
  readonly guardReady?: (check: () => Promise<boolean>) => () => Promise<boolean>;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Who calls, as the token says; on public routes nobody was asked. */
    caller: Principal | undefined;
    /** Why the token was refused; told after the rate limit had its say. */
    refusal: unknown;
  }
  interface FastifyContextConfig {
    /** The route as the document writes it. */
    route?: GatewayRoute;
  }
}

const limitHeaders = {
  'x-ratelimit-limit': false,
  'x-ratelimit-remaining': false,
  'x-ratelimit-reset': false,
};

/** The reverse proxy before the services, with its routes from the OpenAPI document. It listens when told to. */
export async function createGateway(options: GatewayOptions): Promise<FastifyInstance> {
  const { document, logger } = options;
  const server = createBareServer(logger);
  const upstreams = openUpstreams(options);
  server.addHook('onClose', async () => {
    await Promise.all([...upstreams.values()].map((upstream) => upstream.close()));
  });
  server.decorateRequest('caller', undefined);
  server.decorateRequest('refusal', undefined);
  addRequestId(server);
  server.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.config.route;
    recordHttpRequest(reply.elapsedTime, {
      'service.name': 'gateway',
      'http.request.method': request.method,
      'http.route': route?.path ?? 'other',
      'http.response.status_code': reply.raw.statusCode,
    });
  });
  if (options.corsOrigins.length > 0) {
    await server.register(cors, {
      origin: [...options.corsOrigins],
      methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
      allowedHeaders: [
        'authorization',
        'content-type',
        'idempotency-key',
        'if-match',
        'if-none-match',
        'x-request-id',
      ],
      exposedHeaders: ['etag', 'retry-after', 'x-request-id', 'x-trace-id'],
      maxAge: 600,
    });
  }
  if (options.requestsPerMinute > 0) {
    await server.register(rateLimit, {
      global: false,
      max: options.requestsPerMinute,
      timeWindow: 60_000,
      cache: 10_000,
      addHeadersOnExceeding: limitHeaders,
      addHeaders: { ...limitHeaders, 'retry-after': true },
      keyGenerator: (request) => request.caller?.id ?? request.ip,
      errorResponseBuilder: () =>
        new ProblemError(429, `More than ${options.requestsPerMinute} requests in a minute. Wait a little.`),
    });
  }
  const routes = gatewayRoutes(document);
  for (const route of routes) addRoute(server, route, upstreams, options);
  refuseOtherMethods(server, routes);
  const { guardReady = (check) => check } = options;
  addHealthRoutes(
    server,
    guardReady(() => allReady([...upstreams.values()])),
  );
  return server;
}

/** One pool of connections for each base URL. */
function openUpstreams({ upstreams, upstreamTimeoutMs, logger }: GatewayOptions): Map<string, Upstream> {
  const services = Object.entries(upstreams);
  return new Map(
    [...new Set(Object.values(upstreams))].map((url) => {
      const name = services.filter(([, base]) => base === url).map(([service]) => service);
      return [url, createUpstream({ name: name.join('/'), url, timeoutMs: upstreamTimeoutMs, logger })];
    }),
  );
}

async function allReady(upstreams: readonly Upstream[]): Promise<boolean> {
  return (await Promise.all(upstreams.map((upstream) => upstream.ready()))).every(Boolean);
}

function addRoute(
  server: FastifyInstance,
  route: GatewayRoute,
  upstreams: ReadonlyMap<string, Upstream>,
  options: GatewayOptions,
): void {
  const upstream = upstreams.get(options.upstreams[route.service]);
  if (!upstream) throw new Error(`no upstream for the ${route.service} service (${route.operationId})`);
  const limit = options.requestsPerMinute > 0 ? [server.rateLimit() as onRequestAsyncHookHandler] : [];
  const authenticate = async (request: FastifyRequest) => {
    try {
      request.caller = await options.verifyToken(request.headers.authorization);
    } catch (error) {
      request.refusal = error;
    }
  };
  const admit = async (request: FastifyRequest) => {
    if (request.refusal !== undefined) throw request.refusal;
  };
  server.route({
    method: route.method,
    url: fastifyPath(route.path),
    config: { route },
    // The limit counts by caller, so it comes after the token; and guards it too, so it comes before the refusal.
    onRequest: [...(route.access === 'public' ? limit : [authenticate, ...limit, admit]), refuseEmpty],
    handler: createProxyHandler(route, upstream),
  });
}

/** A path that ends where an id should be is nobody's; a host may take it for the path without the slash. */
async function refuseEmpty(request: FastifyRequest): Promise<void> {
  if (Object.values(request.params as Record<string, string>).includes('')) throw notFound('route');
}

/** 405 with `Allow` on every known path. */
function refuseOtherMethods(server: FastifyInstance, routes: readonly GatewayRoute[]): void {
  for (const path of new Set(routes.map((route) => route.path))) {
    const known: string[] = routes.filter((route) => route.path === path).map((route) => route.method);
    const allowed = known.includes('GET') ? ['HEAD', ...known] : known;
    const allow = allowed.sort().join(', ');
    server.route({
      method: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'].filter((method) => !allowed.includes(method)),
      url: fastifyPath(path),
      handler: async (request) => {
        throw new ProblemError(405, `${request.method} is not for this path: ${allow} is.`, {
          headers: { allow },
        });
      },
    });
  }
}

function fastifyPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ':$1');
}
