import { createServer, type IncomingMessage } from 'node:http';
import { fileURLToPath } from 'node:url';
import { deadlineHeader } from '../../backends/aws/invocation.ts';
import { runStandIn } from '../run-stand-in.ts';

/** One function from its bundle, which is loaded as Lambda loads it; POST invokes it with the event in the body. */
const name = process.env.FUNCTION ?? '';

await runStandIn(name, async (logger) => {
  const bundle = new URL(`../../../dist/aws/${name}/main.mjs`, import.meta.url);
  const { handler } = (await import(fileURLToPath(bundle))) as { handler: Handler };
  const server = createServer((request, response) => {
    const deadline = Date.now() + Number(request.headers[deadlineHeader]);
    read(request)
      .then((event) => handler(event, { getRemainingTimeInMillis: () => deadline - Date.now() }))
      .then(
        (result) => response.end(JSON.stringify(result ?? null)),
        (error: Error) => {
          logger.error({ err: error }, 'the invocation failed');
          response.statusCode = 500;
          response.end(JSON.stringify({ errorType: error.name, errorMessage: error.message }));
        },
      );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(Number(process.env.PORT), '127.0.0.1', resolve);
  });
  return async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeIdleConnections();
    await closed;
  };
});

type Handler = (event: unknown, context: { getRemainingTimeInMillis(): number }) => Promise<unknown>;

async function read(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return JSON.parse(Buffer.concat(parts).toString());
}
