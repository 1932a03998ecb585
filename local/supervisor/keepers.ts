import type { Logger } from '../../runtime/telemetry/log.ts';
import { ensureDatabases } from '../postgres/databases.ts';
import { type Child, launchChild } from './child.ts';
import { childEnvironment } from './environment.ts';
import { createKeeper, type Keeper, type ProcessStatus } from './keeper.ts';
import type { Layout } from './layout.ts';
import type { LogSink } from './output.ts';
import type { ProcessSpec } from './processes.ts';
import { launchDatabaseServer } from './server.ts';
import type { Stage } from './stop.ts';

export interface KeepersOptions {
  readonly layout: Layout;
  readonly superuserPassword: string;
  readonly processes: readonly ProcessSpec[];
  readonly env: NodeJS.ProcessEnv;
  readonly logger: Logger;
  readonly output: LogSink;
  readonly say: (text: string) => void;
}

export interface Keepers {
  readonly stages: readonly Stage[];
  statuses(): readonly ProcessStatus[];
  /** Resolves when every process was ready once; rejects when one does not get there. */
  start(): Promise<void>;
}

const databaseStopStage = 9;

/** A keeper for PostgreSQL and one for each process. The console is told of every change. */
export function createKeepers(options: KeepersOptions): Keepers {
  const { layout, superuserPassword, processes, env, logger, output, say } = options;
  let console: Child | undefined;
  const statuses = () => stages.map(({ keeper }) => keeper.status());
  const onChange = () => console?.tell({ type: 'processes', processes: statuses() });

  const database = createKeeper({
    name: 'postgres',
    launch: (signal) =>
      launchDatabaseServer(
        { dataDir: layout.dataDir, port: layout.ports.postgres, password: superuserPassword, logger },
        signal,
      ),
    logger,
    onChange,
  });
  const keeperOf = ({ name, file, needs, listensOn, env: own }: ProcessSpec): Keeper =>
    createKeeper({
      name,
      launch: async () => {
        const childEnv = { ...childEnvironment({ layout, listensOn, needs, inherited: env }), ...own };
        const child = launchChild({ file, env: childEnv, output });
        if (listensOn === 'console') console = child;
        return child;
      },
      logger,
      onChange,
    });
  const others = processes.map((spec) => ({ spec, keeper: keeperOf(spec), stopStage: spec.stopStage }));
  const stages: readonly Stage[] = [{ keeper: database, stopStage: databaseStopStage }, ...others];

  async function start(): Promise<void> {
    const databases = database.start().then(async () => {
      await ensureDatabases(superuserUrl(layout, superuserPassword), Object.values(layout.roles));
      say(`PostgreSQL answers on port ${layout.ports.postgres}`);
    });
    const ready = new Map<string, Promise<void>>();
    for (const { spec, keeper } of others) {
      const before = (spec.waitsFor ?? []).map((name) => ready.get(name));
      if (spec.needs.some((need) => need in layout.databases)) before.push(databases);
      // What needs nothing is started in this turn.
      const started = before.length === 0 ? keeper.start() : Promise.all(before).then(() => keeper.start());
      ready.set(
        spec.name,
        started.then(() => say(`${spec.name} is ready`)),
      );
    }
    await Promise.all([databases, ...ready.values()]);
  }

  return { stages, statuses, start };
}

const superuserUrl = (layout: Layout, password: string) =>
  `postgresql://postgres:${encodeURIComponent(password)}@127.0.0.1:${layout.ports.postgres}/postgres`;
