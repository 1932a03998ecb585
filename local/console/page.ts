import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';

const html = readFileSync(new URL('./page.html', import.meta.url));
const script = readFileSync(new URL('./page.js', import.meta.url));

const headers = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'unsafe-inline'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** The console as one page that reads its own JSON. */
export function addPage(server: FastifyInstance): void {
  server.get('/', async (_request, reply) =>
    reply.headers(headers).type('text/html; charset=utf-8').send(html),
  );
  server.get('/page.js', async (_request, reply) =>
    reply.headers(headers).type('text/javascript; charset=utf-8').send(script),
  );
}
