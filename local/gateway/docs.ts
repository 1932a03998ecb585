import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import type { AsyncApiDocument } from '../../runtime/contracts/asyncapi.ts';
import type { OpenApiDocument } from '../../runtime/contracts/openapi.ts';

export interface DocsOptions {
  readonly openApi: OpenApiDocument;
  readonly asyncApi: AsyncApiDocument;
  /** Linked from the landing page when there is one. */
  readonly consoleUrl?: string;
}

const swaggerUiFolder = fileURLToPath(new URL('.', import.meta.resolve('swagger-ui-dist/package.json')));

/** Only what this server itself serves; the page's styles are partly inline and its icons are data. */
const contentSecurityPolicy =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'";

const docsPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>The shop: API</title>
<link rel="stylesheet" href="/docs/assets/swagger-ui.css">
<div id="page"></div>
<script src="/docs/assets/swagger-ui-bundle.js"></script>
<script src="/docs/init.js"></script>
</html>
`;

// No validator: that would send the document to a foreign host.
const docsScript = `SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#page',
  deepLinking: true,
  validatorUrl: null,
});
`;

/** `/openapi.json`, `/asyncapi.json`, a page to read at `/docs`, and `/` that says where things are. */
export async function addDocs(server: FastifyInstance, options: DocsOptions): Promise<void> {
  serve(server, '/openapi.json', 'application/json', JSON.stringify(options.openApi));
  serve(server, '/asyncapi.json', 'application/json', JSON.stringify(options.asyncApi));
  serve(server, '/docs', 'text/html; charset=utf-8', docsPage);
  serve(server, '/docs/init.js', 'text/javascript; charset=utf-8', docsScript);
  serve(server, '/', 'text/html; charset=utf-8', landingPage(options.consoleUrl));
  await server.register(fastifyStatic, {
    root: swaggerUiFolder,
    prefix: '/docs/assets/',
    index: false,
    allowedPath: (path) => /^\/swagger-ui(-bundle\.js|\.css)$/.test(path),
    maxAge: 3_600_000,
  });
}

function serve(server: FastifyInstance, path: string, type: string, body: string): void {
  server.get(path, async (_request, reply) =>
    reply
      .headers({
        'content-type': type,
        'content-security-policy': contentSecurityPolicy,
        'x-content-type-options': 'nosniff',
      })
      .send(body),
  );
}

function landingPage(consoleUrl: string | undefined): string {
  const links = [
    ['/docs', 'API, to read and to try'],
    ['/openapi.json', 'OpenAPI document'],
    ['/asyncapi.json', 'AsyncAPI document of the events'],
    ['/api/products', 'Catalogue'],
    ['/ready', 'Can an order be placed?'],
    ...(consoleUrl === undefined
      ? []
      : [[consoleUrl, 'Console: mail sent, traces, processes, dead letters']]),
  ];
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>The shop</title>
<h1>The shop</h1>
<ul>
${links.map(([href, text]) => `<li><a href="${href}">${text}</a></li>`).join('\n')}
</ul>
</html>
`;
}
