import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** What every child of the shop does: listen, tell, end on SIGTERM, and end without its supervisor. */
export function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): void {
  if (process.env.STAND_IN_BROKEN && process.argv[1]?.endsWith(`/${process.env.STAND_IN_BROKEN}.ts`))
    process.exit(3);
  const lingerMs = Number(process.env.STAND_IN_LINGER_MS ?? 0);
  process.on('disconnect', () => setTimeout(() => process.exit(1), lingerMs));
  if (process.connected === false) process.exit(1);
  const server = createServer(answer);
  process.on('SIGTERM', () => {
    // A child that hangs at its end, or takes its time.
    const delayMs = Number(process.env.STAND_IN_STOP_MS ?? 0);
    server.close();
    server.closeIdleConnections();
    setTimeout(() => process.exit(0), delayMs);
  });
  server.listen(Number(process.env.PORT), process.env.HOST, () => process.send?.({ type: 'ready' }));
}
