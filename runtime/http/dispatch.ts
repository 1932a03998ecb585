import { performance } from 'node:perf_hooks';
import { z } from 'zod';
import type { Logger } from '../telemetry/log.ts';
import { recordHttpRequest } from '../telemetry/metrics.ts';
import { failSpan, recordSpan, SpanKind, withSpan } from '../telemetry/tracing.ts';
import { nulErrors } from './nul.ts';
import {
  badRequest,
  type FieldError,
  fieldErrors,
  forbidden,
  ProblemError,
  problemBody,
  problemContentType,
  toProblem,
} from './problem.ts';
import type { ApiRequest, Principal, Reply, Route, RouteSpec } from './route.ts';
import type { TokenVerifier } from './token.ts';

/** A request as any edge can give it: Fastify, a Lambda event, an Azure Functions request. */
export interface WireRequest {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string | string[] | undefined>>;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body?: Buffer;
  readonly address: string;
}

export interface WireReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export interface DispatchDependencies {
  readonly service: string;
  readonly verifyToken: TokenVerifier;
  readonly logger: Logger;
}

/** The reply itself when it was at hand. */
export type Dispatch = (route: Route, request: WireRequest) => WireReply | Promise<WireReply>;

/** Token, then validation, then the handler; every error becomes a problem document. */
export function createDispatch({ service, verifyToken, logger }: DispatchDependencies): Dispatch {
  return (route, wire) => {
    const { spec } = route;
    const startedAt = performance.now();
    const labels = { 'http.request.method': spec.method, 'http.route': spec.path };
    const name = `${spec.method} ${spec.path}`;
    const options = { kind: SpanKind.SERVER, traceparent: wire.headers.traceparent, attributes: labels };
    const record = (status: number) =>
      recordHttpRequest(performance.now() - startedAt, {
        ...labels,
        'service.name': service,
        'http.response.status_code': status,
      });
    const ready = replyNow(route, wire);
    if (ready) {
      record(ready.status);
      recordSpan(name, options, startedAt, { 'http.response.status_code': ready.status });
      return ready;
    }
    return withSpan(name, options, async (span) => {
      let reply: WireReply;
      try {
        // Nothing is waited for that need not be: a catalogue is read many times more often than anything else.
        const user = spec.access === 'public' ? undefined : await authorize(spec, wire, verifyToken);
        reply = toWire(await route.handle(readRequest(spec, wire, user)));
      } catch (error) {
        const problem = toProblem(error);
        if (problem.status >= 500) {
          failSpan(span, problem.cause ?? problem);
          logger.error({ err: problem.cause ?? problem, route: spec.operationId }, 'request failed');
        }
        reply = problemReply(problem);
      }
      span.setAttribute('http.response.status_code', reply.status);
      record(reply.status);
      return reply;
    });
  };
}

/** An error comes up again where it is answered, in the full course of the request. */
function replyNow(route: Route, wire: WireRequest): WireReply | undefined {
  if (!route.answerNow || route.spec.access !== 'public') return undefined;
  try {
    const reply = route.answerNow(readRequest(route.spec, wire, undefined));
    return reply && toWire(reply);
  } catch {
    return undefined;
  }
}

export function problemReply(problem: ProblemError): WireReply {
  return {
    status: problem.status,
    headers: { 'content-type': problemContentType, 'cache-control': 'no-store', ...problem.headers },
    body: problemBody(problem),
  };
}

function readRequest(spec: RouteSpec, wire: WireRequest, user: Principal | undefined): ApiRequest {
  const errors: FieldError[] = [];
  const check = (schema: z.ZodType | undefined, value: unknown, root: string): unknown => {
    if (!schema) return undefined;
    const result = schema.safeParse(value);
    const found = result.success ? nulErrors(result.data, root) : fieldErrors(result.error, root);
    errors.push(...found);
    return found.length === 0 ? result.data : undefined;
  };
  const checked = new CheckedRequest(wire, user, {
    params: check(spec.params, wire.params, 'path'),
    query: checkQuery(spec, wire.query, check),
    headers: check(spec.headers, wire.headers, 'headers'),
    body: spec.rawBody ? (wire.body ?? Buffer.alloc(0)) : check(spec.body, readJson(spec, wire), 'body'),
  });
  if (errors.length > 0) throw new ProblemError(400, 'The request is not valid.', { errors });
  return checked as ApiRequest;
}

class CheckedRequest {
  readonly params: unknown;
  readonly query: unknown;
  readonly headers: unknown;
  readonly body: unknown;
  readonly user: Principal | undefined;
  readonly #wire: WireRequest;

  constructor(
    wire: WireRequest,
    user: Principal | undefined,
    parts: { params: unknown; query: unknown; headers: unknown; body: unknown },
  ) {
    this.params = parts.params;
    this.query = parts.query;
    this.headers = parts.headers;
    this.body = parts.body;
    this.user = user;
    this.#wire = wire;
  }

  get rawHeaders() {
    return this.#wire.headers;
  }

  /** Found out when asked for: it may mean a walk through a list of proxies. */
  get address() {
    return this.#wire.address;
  }
}

/** Right queries by what they were read from. A server that keeps what it parsed has each of them checked once. */
const rightQueries = new WeakMap<RouteSpec, WeakMap<WireRequest['query'], unknown>>();

function checkQuery(
  spec: RouteSpec,
  query: WireRequest['query'],
  check: (schema: z.ZodType, value: unknown, root: string) => unknown,
): unknown {
  let known = rightQueries.get(spec);
  if (!known) {
    known = new WeakMap();
    rightQueries.set(spec, known);
  }
  const right = known.get(query);
  if (right !== undefined) return right;
  const checked = check(spec.query ?? noQuery, query, 'query');
  if (checked !== undefined) known.set(query, Object.freeze(checked));
  return checked;
}

const noQuery = z.strictObject({});

async function authorize(spec: RouteSpec, wire: WireRequest, verifyToken: TokenVerifier): Promise<Principal> {
  const user = await verifyToken(wire.headers.authorization);
  if (spec.access === 'admin' && user.role !== 'admin') throw forbidden('This needs the admin role.');
  return user;
}

function readJson(spec: RouteSpec, wire: WireRequest): unknown {
  if (!spec.body) return undefined;
  if (!wire.body || wire.body.length === 0) throw badRequest('body', 'a JSON body is needed');
  const type = wire.headers['content-type'] ?? '';
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    throw new ProblemError(415, 'The body must be JSON: set Content-Type: application/json.');
  }
  try {
    return JSON.parse(wire.body.toString('utf8'));
  } catch (error) {
    throw badRequest('body', `is not valid JSON: ${(error as Error).message}`);
  }
}

function toWire(reply: Reply): WireReply {
  if (reply.body === undefined) return { status: reply.status, headers: reply.headers ?? {} };
  if (typeof reply.body === 'string' || Buffer.isBuffer(reply.body)) {
    return { status: reply.status, headers: reply.headers ?? {}, body: reply.body };
  }
  return {
    status: reply.status,
    headers: { 'content-type': 'application/json', ...reply.headers },
    body: JSON.stringify(reply.body),
  };
}
