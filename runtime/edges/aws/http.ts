import { parse as parseQuery } from 'node:querystring';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { type Dispatch, problemReply, type WireReply, type WireRequest } from '../../http/dispatch.ts';
import { maxBodyBytes } from '../../http/limits.ts';
import { notFound, tooLarge } from '../../http/problem.ts';
import type { Route } from '../../http/route.ts';

export type HttpEdge = (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2>;

/** Answers events of an HTTP API (payload format 2.0), by its route keys: `POST /api/orders/{id}/cancel`. */
export function createHttpEdge(routes: readonly Route[], dispatch: Dispatch): HttpEdge {
  const byKey = new Map(routes.map((route) => [`${route.spec.method} ${route.spec.path}`, route]));
  return async (event) => {
    if (event.routeKey === 'GET /health') return toResult(healthy);
    const route = byKey.get(event.routeKey);
    if (!route) return toResult(problemReply(notFound('route')));
    const request = toRequest(event);
    if ((request.body?.length ?? 0) > maxBodyBytes) return toResult(problemReply(tooLarge()));
    return toResult(await dispatch(route, request));
  };
}

const healthy: WireReply = {
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ status: 'ok' }),
};

function toRequest(event: APIGatewayProxyEventV2): WireRequest {
  const { pathParameters, rawQueryString, headers, body, isBase64Encoded, requestContext } = event;
  return {
    params: Object.fromEntries(
      Object.entries(pathParameters ?? {}).map(([name, value]) => [name, value ?? '']),
    ),
    // As the local server reads it. `queryStringParameters` would have joined repeated names by commas.
    query: { ...parseQuery(rawQueryString) },
    headers,
    ...(body !== undefined && { body: Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8') }),
    address: requestContext.http.sourceIp,
  };
}

function toResult({ status: statusCode, headers, body }: WireReply): APIGatewayProxyStructuredResultV2 {
  const head = { statusCode, headers: { ...headers } };
  if (body === undefined) return head;
  if (typeof body === 'string') return { ...head, body };
  return { ...head, body: body.toString('base64'), isBase64Encoded: true };
}
