import type { FastifyInstance } from 'fastify';
import { ProblemError } from '../../runtime/http/problem.ts';

const ownHost = /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/i;

/**
 * The console has no login: it is for who sits at this machine. A page of a foreign site that runs in a browser
 * here must reach neither by a name that it pointed at 127.0.0.1 (the Host tells) nor by a blind request that
 * changes something (the Origin tells).
 */
export function refuseForeign(server: FastifyInstance): void {
  server.addHook('onRequest', async (request) => {
    const { host, origin, 'sec-fetch-site': site } = request.headers;
    if (host === undefined || !ownHost.test(host)) {
      throw new ProblemError(421, 'The console answers to localhost, 127.0.0.1 and [::1] only.');
    }
    if (request.method === 'GET' || request.method === 'HEAD') return;
    const foreignOrigin = origin !== undefined && origin !== `http://${host}`;
    if (foreignOrigin || (site !== undefined && site !== 'same-origin' && site !== 'none')) {
      throw new ProblemError(403, 'The console takes changes from its own page only.');
    }
  });
}
