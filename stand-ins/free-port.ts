import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below what any system gives by itself to outgoing connections and to servers that ask for any port (Linux from 32768,
 * the others from 49152): one of those may be gone again before it is used.
 */
const range = { from: 20_000, to: 32_000 };

/**
 * A port of 127.0.0.1 that nobody listens on at the moment, for what cannot be told to choose one itself.
 * @throws Error when a hundred ports by chance are all taken
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 100; tries += 1) {
    const port = randomInt(range.from, range.to);
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port from ${range.from} to ${range.to}`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const listening = once(server, 'listening').then(
    () => true,
    () => false,
  );
  server.listen(port, '127.0.0.1');
  if (!(await listening)) return false;
  await new Promise((resolve) => server.close(resolve));
  return true;
}
