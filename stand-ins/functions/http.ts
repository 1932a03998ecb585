import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RegisteredFunction, RpcData } from './core.ts';

export interface HttpFront {
  readonly url: string;
  close(): Promise<void>;
}

interface HttpRoute {
  readonly handler: RegisteredFunction;
  readonly methods: readonly string[];
  readonly pattern: RegExp;
}

interface HttpAnswer {
  readonly statusCode?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: { readonly bytes?: Uint8Array; readonly string?: string };
}

export interface HttpFrontOptions {
  /** @default a free one */
  readonly port?: number;
  /** Answers `/ready`, which is no route of Azure's own, for a gateway that stands before it. @default false */
  readonly answersReady?: boolean;
}

/** Serves HTTP triggers, without a prefix. A call that throws is answered 500 with no body, as the host does. */
export async function startHttpFront(
  functions: readonly RegisteredFunction[],
  { port = 0, answersReady = false }: HttpFrontOptions,
): Promise<HttpFront> {
  const routes = functions.map(routeOf);
  const server = createServer((request, response) => {
    if (answersReady && request.url === '/ready') {
      response.end();
      return;
    }
    answer(routes, request, response).catch(() => {
      response.statusCode = 500;
      response.end();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      await closed;
    },
  };
}

function routeOf(handler: RegisteredFunction): HttpRoute {
  const { route, methods } = handler.trigger as { route?: string; methods?: string[] };
  const path = (route ?? handler.name).replace(/\{(\w+)\}/g, '(?<$1>[^/]+)');
  return { handler, methods: methods ?? ['GET', 'POST'], pattern: new RegExp(`^/${path}/?$`, 'i') };
}

async function answer(
  routes: readonly HttpRoute[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = 'GET', headers } = request;
  const url = new URL(request.url ?? '/', `http://${headers.host}`);
  const route = routes.find(({ pattern, methods }) => pattern.test(url.pathname) && methods.includes(method));
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  if (!route) {
    response.statusCode = 404;
    response.end();
    return;
  }
  const groups = route.pattern.exec(url.pathname)?.groups ?? {};
  const params = Object.entries(groups).map(([name, value]) => [name, decodeURIComponent(value)]);
  const forwarded = [headers['x-forwarded-for'], request.socket.remoteAddress].filter(Boolean).join(', ');
  const http: RpcData = {
    method,
    url: url.href,
    headers: { ...headers, 'x-forwarded-for': forwarded },
    query: Object.fromEntries(url.searchParams),
    params: Object.fromEntries(params),
    nullableHeaders: {},
    nullableParams: {},
    nullableQuery: {},
    ...(chunks.length > 0 && { body: { bytes: Buffer.concat(chunks) } }),
  };
  const result = await route.handler.invoke({ http });
  const {
    statusCode,
    headers: out,
    body,
  } = (result as { returnValue: { http: HttpAnswer } }).returnValue.http;
  response.writeHead(Number(statusCode ?? 200), out);
  response.end(body?.bytes ?? body?.string);
}
