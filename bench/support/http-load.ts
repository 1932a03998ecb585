import autocannon from 'autocannon';
import { nextMessage, type Server, startChild } from './child.ts';
import type { Closing } from './closing.ts';
import { processorTime } from './processor-time.ts';

export interface Measurement {
  readonly perSecond: number;
  readonly bytesPerAnswer: number;
  /** Of the processes named, with their children; NaN where there is no /proc. */
  readonly cpuMicros: number;
}

export const connections = 16;

/** Asks for all the paths in turn, over and over, and fails when one is not answered well. */
export async function load(
  url: string,
  paths: readonly string[],
  seconds: number,
): Promise<autocannon.Result> {
  const result = await autocannon({
    url,
    connections,
    duration: seconds,
    requests: paths.map((path) => ({ method: 'GET', path })),
  });
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(`${url}: ${result.non2xx} answers were no success, ${result.errors} requests failed`);
  }
  return result;
}

/** The same, with what it cost the processes `pids`. */
export async function measureLoad(
  url: string,
  pids: readonly number[],
  paths: readonly string[],
  seconds: number,
): Promise<Measurement> {
  const before = cpuMicros(pids);
  const result = await load(url, paths, seconds);
  const answers = result['2xx'];
  return {
    perSecond: answers / result.duration,
    bytesPerAnswer: result.throughput.total / answers,
    cpuMicros: (cpuMicros(pids) - before) / answers,
  };
}

function cpuMicros(pids: readonly number[]): number {
  try {
    const used = processorTime(Object.fromEntries(pids.map((pid) => [pid, pid])));
    return Object.values(used).reduce((sum, milliseconds) => sum + milliseconds * 1000, 0);
  } catch {
    return Number.NaN;
  }
}

/** A bare node:http process that gives the same bytes to the same paths. */
export async function startBare(
  requests: ReadonlyMap<string, Response>,
  closing: Closing,
): Promise<Omit<Server, 'stop'>> {
  const child = startChild(new URL('../catalogue/bare-server.ts', import.meta.url), closing);
  const answers = [...requests].map(async ([path, answer]) => {
    const headers = ['content-type', 'etag', 'cache-control'].map((name) => [name, answer.headers.get(name)]);
    return [path, Object.fromEntries(headers), await answer.text()];
  });
  child.send(await Promise.all(answers));
  const { port } = (await nextMessage(child)) as { port: number };
  return { url: `http://127.0.0.1:${port}`, pid: child.pid ?? 0 };
}

export const showRate = (perSecond: number) => Math.round(perSecond).toLocaleString('en').padStart(7);
