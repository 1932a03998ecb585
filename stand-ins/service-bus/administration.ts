import { createServer } from 'node:http';

/** Answers `GET /counts` with how many messages each entity holds, by its path: what Azure tells in XML over HTTPS. */
export async function startAdministration(
  port: number,
  counts: () => Readonly<Record<string, number>>,
): Promise<{ close(): Promise<void> }> {
  const server = createServer((request, response) => {
    response.statusCode = request.url === '/counts' ? 200 : 404;
    response.end(request.url === '/counts' ? JSON.stringify(counts()) : undefined);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
