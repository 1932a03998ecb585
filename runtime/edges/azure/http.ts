import { parse as parseQuery } from 'node:querystring';
import { app, type HttpRequest, type HttpResponseInit } from '@azure/functions';
import { type Dispatch, problemReply, type WireReply, type WireRequest } from '../../http/dispatch.ts';
import { maxBodyBytes } from '../../http/limits.ts';
import { forbidden, tooLarge } from '../../http/problem.ts';
import type { Route } from '../../http/route.ts';
import type { Finish } from './finish.ts';
import { gatewayKeyHeader, hasGatewayKey } from './gateway-key.ts';

/**
 * One function for each route, named by its operation. Routes begin with `/api` themselves: the app's own prefix
 * must be empty (`extensions.http.routePrefix` in host.json). An app has an address of its own beside the gateway: where
 * there is a key, only requests that have it are answered.
 */
export function registerRoutes(
  routes: readonly Route[],
  dispatch: Dispatch,
  finish: Finish,
  gatewayKey?: string,
): void {
  for (const route of routes) {
    const { operationId, method, path } = route.spec;
    app.http(operationId, {
      methods: [method],
      // The token is checked by dispatch.
      authLevel: 'anonymous',
      route: path.slice(1),
      handler: finish(async (request: HttpRequest) => {
        if (gatewayKey !== undefined && !hasGatewayKey(request.headers.get(gatewayKeyHeader), gatewayKey))
          return toResponse(problemReply(forbidden('This address is for the gateway only.')));
        const wire = await toWireRequest(request);
        if ((wire.body?.length ?? 0) > maxBodyBytes) return toResponse(problemReply(tooLarge()));
        return toResponse(await dispatch(route, wire));
      }),
    });
  }
}

async function toWireRequest(request: HttpRequest): Promise<WireRequest> {
  const body = Buffer.from(await request.arrayBuffer());
  return {
    params: request.params,
    query: { ...parseQuery(new URL(request.url).search.slice(1)) },
    headers: Object.fromEntries(request.headers),
    ...(body.length > 0 && { body }),
    address: addressOf(request),
  };
}

/** The front end of Functions adds the caller at the end of X-Forwarded-For; what stands before it anybody may write. */
function addressOf({ headers }: HttpRequest): string {
  const last = headers.get('x-forwarded-for')?.split(',').at(-1)?.trim() ?? '';
  return last.replace(/^\[?([^\]]*?)\]?(:\d+)?$/, '$1');
}

function toResponse({ status, headers, body }: WireReply): HttpResponseInit {
  return { status, headers: { ...headers }, ...(body !== undefined && { body }) };
}
