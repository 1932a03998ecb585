import type { FastifyInstance } from 'fastify';
import { requestId } from './headers.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The caller's `x-request-id`, or a new one. */
    requestId: string;
  }
}

/** Every request has an id, and every answer tells it. */
export function addRequestId(server: FastifyInstance): void {
  server.decorateRequest('requestId', '');
  server.addHook('onRequest', (request, reply, done) => {
    request.requestId = requestId(request.headers['x-request-id']);
    reply.header('x-request-id', request.requestId);
    done();
  });
}
