import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { StartError } from './errors.ts';

export interface WantedPort {
  /** The setting that names it. */
  readonly setting: string;
  readonly host: string;
  /** 0 asks for any free one. */
  readonly port: number;
}

/**
 * Finds out that a port is taken before anything is started.
 * @param waitMs how long a port may stay taken by what a killed shop left, which is about to end
 * @returns the port, or a free one for 0
 * @throws StartError that names the setting
 */
export async function claimPort({ setting, host, port }: WantedPort, waitMs = 0): Promise<number> {
  if (port === 0) return freePort();
  for (const deadline = Date.now() + waitMs; ; await sleep(50)) {
    const problem = await tryListen(host, port);
    if (problem === undefined) return port;
    if (problem === 'EADDRINUSE' && Date.now() < deadline) continue;
    throw new StartError(
      `${explain(problem, host, port)}: set ${setting} to another, as in ${setting}=${port + 10} npm start`,
    );
  }
}

function explain(problem: string, host: string, port: number): string {
  if (problem === 'EADDRINUSE') return `port ${port} on ${host} is taken by another program`;
  if (problem === 'EACCES') return `port ${port} on ${host} is not for ordinary users`;
  return `nothing can listen on port ${port} of ${host} (${problem})`;
}

/**
 * A free port below every system's range for outgoing connections: there, a client that keeps trying to reach
 * a server that is down could take the server's own port.
 * @param from the first of the ten thousand that it is one of
 */
export async function freePort(from = 20_000): Promise<number> {
  for (;;) {
    const port = from + Math.floor(Math.random() * 10_000);
    if (given.has(port)) continue;
    given.add(port);
    if ((await tryListen('127.0.0.1', port)) === undefined) return port;
  }
}

/** Ports that this process has tried: taken, or free and with a user that may not listen yet. */
const given = new Set<number>();

/** @returns the error's code, or undefined when one can listen there */
function tryListen(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}
