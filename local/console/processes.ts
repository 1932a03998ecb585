import { z } from 'zod';

const message = z.object({
  type: z.literal('processes'),
  processes: z.array(
    z.object({
      name: z.string(),
      pid: z.int().nullish(),
      restarts: z.int(),
      state: z.string(),
      /** ISO 8601, UTC. */
      startedAt: z.string().nullish(),
    }),
  ),
});
export type ProcessList = z.output<typeof message>['processes'];

/** What the supervisor last said over IPC; empty without one. */
export function trackProcesses(source: NodeJS.EventEmitter): () => ProcessList {
  let known: ProcessList = [];
  source.on('message', (value: unknown) => {
    const parsed = message.safeParse(value);
    if (parsed.success) known = parsed.data.processes;
  });
  return () => known;
}
