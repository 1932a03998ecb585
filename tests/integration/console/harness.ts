import { once } from 'node:events';
import { request } from 'node:http';
import { createMetricStore } from '../../../local/console/metrics.ts';
import { type ConsoleOptions, createConsole } from '../../../local/console/server.ts';
import { createTraceStore } from '../../../local/console/traces.ts';
import { createLogger } from '../../../runtime/telemetry/log.ts';

export const silent = createLogger('console-test', 'silent');

/** A console that needs no database for what a suite asks of it; parts come in `more`. */
export async function startConsole(more: Partial<ConsoleOptions> = {}) {
  const nothing = async () => [];
  const server = createConsole({
    inbox: { list: nothing },
    deadLetters: { list: nothing, redrive: async () => false, purge: async () => false },
    eventsOf: nothing,
    traces: createTraceStore(),
    metrics: createMetricStore(),
    processes: () => [],
    ready: async () => true,
    logger: silent,
    ...more,
  });
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  return { url, close: () => server.close() };
}

export async function getJson<Body>(url: string, status = 200): Promise<Body> {
  const response = await fetch(url);
  if (response.status !== status) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Body;
}

/** `fetch` forbids choosing the Host header. */
export async function statusWith(
  url: string,
  method: string,
  headers: Record<string, string>,
): Promise<number> {
  const sent = request(url, { method, headers });
  sent.end();
  const [response] = await once(sent, 'response');
  response.resume();
  return response.statusCode;
}
