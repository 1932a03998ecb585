import { createServer } from 'node:http';
import { z } from 'zod';

const metrics = z.object({
  resourceMetrics: z.array(
    z.object({
      scopeMetrics: z.array(
        z.object({
          metrics: z.array(
            z.object({
              name: z.string(),
              gauge: z
                .object({
                  dataPoints: z.array(
                    z.object({ asDouble: z.number().optional(), asInt: z.coerce.number().optional() }),
                  ),
                })
                .optional(),
            }),
          ),
        }),
      ),
    }),
  ),
});

export interface Sink {
  readonly url: string;
  /** The newest value of a gauge. */
  gauge(name: string): number;
  /** Waits until metrics arrive. */
  nextMetrics(): Promise<void>;
  readonly traces: () => number;
  close(): void;
}

/** Where telemetry goes: takes what an OTLP collector would, and remembers the gauges. */
export async function openSink(): Promise<Sink> {
  const gauges = new Map<string, number>();
  let traces = 0;
  let waiting: (() => void)[] = [];
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      if (request.url === '/v1/traces') traces += 1;
      if (request.url !== '/v1/metrics') return;
      const { resourceMetrics } = metrics.parse(JSON.parse(Buffer.concat(pieces).toString()));
      for (const metric of resourceMetrics.flatMap((r) => r.scopeMetrics.flatMap((s) => s.metrics))) {
        const point = metric.gauge?.dataPoints[0];
        if (point) gauges.set(metric.name, point.asInt ?? point.asDouble ?? 0);
      }
      for (const go of waiting) go();
      waiting = [];
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    gauge: (name) => gauges.get(name) ?? 0,
    nextMetrics: () => new Promise((resolve) => waiting.push(resolve)),
    traces: () => traces,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
