import type { OutgoingHttpHeaders } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { GatewayRoute } from '../../runtime/contracts/openapi.ts';
import { problemReply } from '../../runtime/http/dispatch.ts';
import { toProblem } from '../../runtime/http/problem.ts';
import { currentTraceparent, failSpan, SpanKind, withSpan } from '../../runtime/telemetry/tracing.ts';
import { originForm, upstreamHeaders } from './headers.ts';
import type { Upstream } from './upstream.ts';

/**
 * Forwards a request within a span. `x-trace-id` on the answer is what to look the request up by in the
 * console.
 */
export function createProxyHandler(route: GatewayRoute, upstream: Upstream) {
  const name = `${route.method} ${route.path}`;
  const attributes = { 'http.request.method': route.method, 'http.route': route.path };
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const traceparent = request.headers.traceparent as string | undefined;
    await withSpan(name, { kind: SpanKind.SERVER, traceparent, attributes }, async (span) => {
      reply.header('x-trace-id', span.spanContext().traceId);
      const forward = {
        service: route.service,
        method: request.method,
        path: originForm(request.raw.url as string),
        headers: upstreamHeaders(request.headers, {
          requestId: request.requestId,
          address: request.ip,
          traceparent: currentTraceparent(),
        }),
        body: request.body as Buffer | undefined,
      };
      const begin = (): OutgoingHttpHeaders => {
        reply.hijack();
        return reply.getHeaders() as OutgoingHttpHeaders;
      };
      let status: number;
      try {
        status = await upstream.forward(forward, reply.raw, begin);
      } catch (error) {
        const problem = toProblem(error);
        failSpan(span, problem.cause ?? problem);
        const answer = problemReply(problem);
        status = answer.status;
        reply.code(status).headers(answer.headers).send(answer.body);
      }
      span.setAttribute('http.response.status_code', status);
    });
    return reply;
  };
}
