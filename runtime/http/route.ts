import type { z } from 'zod';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/**
 * Who may call. `self` and the owner rule of a `user` route are the handler's to check against its data;
 * the gateway and the server see only whether a valid token, or an admin's, is needed.
 */
export type Access = 'public' | 'user' | 'admin';

/** One route of the API as data: the OpenAPI document, the gateways and the servers are made from it. */
export interface RouteSpec {
  readonly operationId: string;
  readonly method: Method;
  /** OpenAPI style: `/api/orders/{id}`. */
  readonly path: string;
  /** Which of the six answers it. */
  readonly service: ServiceName;
  readonly access: Access;
  readonly summary: string;
  readonly description?: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  /** Header names in lower case. Unknown headers are let through, of course. */
  readonly headers?: z.ZodObject;
  readonly body?: z.ZodType;
  /** The body is handed over as bytes, unparsed (a signature covers it). */
  readonly rawBody?: boolean;
  /** The answer's schema by status; `null` for an empty body. Problems are added by the document. */
  readonly responses: Readonly<Record<number, z.ZodType | null>>;
}

export const serviceNames = ['user', 'product', 'order', 'inventory', 'payment', 'notification'] as const;
export type ServiceName = (typeof serviceNames)[number];

/** Who calls, as the token says. */
export interface Principal {
  readonly id: string;
  readonly username: string;
  readonly role: 'customer' | 'admin';
}

type Parsed<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;

/** A request after its token and every part of it were checked. */
export interface ApiRequest<Spec extends RouteSpec = RouteSpec> {
  readonly params: Parsed<Spec['params']>;
  readonly query: Parsed<Spec['query']>;
  readonly headers: Parsed<Spec['headers']>;
  readonly body: Spec['rawBody'] extends true ? Buffer : Parsed<Spec['body']>;
  /** All headers as they came, names in lower case. */
  readonly rawHeaders: Readonly<Record<string, string | undefined>>;
  /** There on every route but public ones. */
  readonly user: Spec['access'] extends 'public' ? Principal | undefined : Principal;
  /** The caller's address, as the nearest trusted proxy saw it. */
  readonly address: string;
}

export interface Reply {
  readonly status: number;
  /** An object becomes JSON; a Buffer or string goes out as it is, with the `content-type` of `headers`. */
  readonly body?: object | Buffer | string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Route {
  readonly spec: RouteSpec;
  handle(request: ApiRequest): Promise<Reply>;
  /**
   * On a public route, an answer that is at hand: asked for before anything is begun, such as a span to follow
   * the work. Undefined, or an error, leaves the request to `handle`.
   */
  answerNow?(request: ApiRequest): Reply | undefined;
}

/** Ties a route of the contract to the functions that answer it. */
export function implement<const Spec extends RouteSpec>(
  spec: Spec,
  handle: (request: ApiRequest<Spec>) => Promise<Reply>,
  answerNow?: (request: ApiRequest<Spec>) => Reply | undefined,
): Route {
  return {
    spec,
    handle: handle as Route['handle'],
    ...(answerNow && { answerNow: answerNow as Route['answerNow'] }),
  };
}
