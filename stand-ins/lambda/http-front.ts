import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { Invoke } from './queue-source.ts';

/** A route of the HTTP API and the function behind it. */
export interface FrontRoute {
  readonly method: string;
  /** `/api/orders/{id}` */
  readonly path: string;
  readonly invoke: Invoke;
}

export interface HttpFront {
  readonly url: string;
  stop(): Promise<void>;
}

export interface FrontOptions {
  /** @default any free one of 127.0.0.1 */
  readonly port?: number;
  /** Answers `/ready`, which is no route of an API Gateway's own, for a gateway that stands before it. */
  readonly ready?: () => Promise<boolean>;
}

/** An HTTP API (payload format 2.0) before functions. */
export async function startHttpFront(
  routes: readonly FrontRoute[],
  { port = 0, ready }: FrontOptions = {},
): Promise<HttpFront> {
  const matchers = routes.map((route) => ({ route, pattern: patternOf(route.path) }));
  const server = createServer((request, response) => {
    answer(request, response).catch(() => {
      // What API Gateway says of a function that failed.
      send(response, { statusCode: 500, body: '{"message":"Internal Server Error"}' });
    });
  });
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { pathname, search } = new URL(request.url ?? '/', 'http://front');
    if (ready && pathname === '/ready') return send(response, { statusCode: (await ready()) ? 200 : 503 });
    for (const { route, pattern } of matchers) {
      const match = route.method === request.method ? pattern.exec(pathname) : null;
      if (!match) continue;
      const event = await toEvent(request, { route, pathname, search, params: match.groups ?? {} });
      return send(response, (await route.invoke(event)) as APIGatewayProxyStructuredResultV2);
    }
    send(response, { statusCode: 404, body: '{"message":"Not Found"}' });
  };
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      await closed;
    },
  };
}

const patternOf = (path: string) => new RegExp(`^${path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`);

interface Matched {
  readonly route: FrontRoute;
  readonly pathname: string;
  readonly search: string;
  readonly params: Readonly<Record<string, string>>;
}

async function toEvent(
  request: IncomingMessage,
  { route, pathname, search, params }: Matched,
): Promise<APIGatewayProxyEventV2> {
  const body = await bodyOf(request);
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(',') : value,
    ]),
  );
  // API Gateway sends text as it is, and everything else as base64.
  const isText = /^(text\/|application\/(json|javascript|xml))/.test(headers['content-type'] ?? '');
  const routeKey = `${route.method} ${route.path}`;
  const decoded = Object.entries(params).map(([name, value]) => [name, decodeURIComponent(value)]);
  return {
    version: '2.0',
    routeKey,
    rawPath: pathname,
    rawQueryString: search.slice(1),
    headers,
    ...(decoded.length > 0 && { pathParameters: Object.fromEntries(decoded) }),
    ...(body.length > 0 && { body: body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: body.length > 0 && !isText,
    requestContext: contextOf(request, routeKey, pathname),
  };
}

function contextOf(
  request: IncomingMessage,
  routeKey: string,
  path: string,
): APIGatewayProxyEventV2['requestContext'] {
  const now = new Date();
  return {
    accountId: '000000000000',
    apiId: 'front',
    domainName: request.headers.host ?? '',
    domainPrefix: '',
    http: {
      method: request.method ?? '',
      path,
      protocol: 'HTTP/1.1',
      sourceIp: request.socket.remoteAddress ?? '',
      userAgent: request.headers['user-agent'] ?? '',
    },
    requestId: crypto.randomUUID(),
    routeKey,
    stage: '$default',
    time: now.toISOString(),
    timeEpoch: now.getTime(),
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

function send(response: ServerResponse, result: APIGatewayProxyStructuredResultV2): void {
  const { statusCode = 200, headers = {}, body, isBase64Encoded } = result;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, String(value));
  response.statusCode = statusCode;
  response.end(body === undefined ? undefined : Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8'));
}
