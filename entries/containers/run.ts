import { z } from 'zod';
import { readEnv } from '../../runtime/config/env.ts';
import { withSecrets } from '../../runtime/config/secret-env.ts';
import type { Secrets } from '../../runtime/ports/secrets.ts';
import { type ProcessContext, type RunningProcess, runProcess } from '../../runtime/process.ts';
import { createLogger } from '../../runtime/telemetry/log.ts';

export interface ContainerProgram<Shape extends z.ZodRawShape> {
  readonly name: string;
  readonly settings: Shape;
  readonly secrets: Secrets;
  /** The setting that holds the address of the service's database. */
  readonly databaseSetting: string;
  migrate(databaseUrl: string): Promise<void>;
  start(context: ProcessContext<Shape>): Promise<RunningProcess>;
}

/**
 * Longer than a load balancer or Kubernetes needs to see that a container is not ready, and longer than a request
 * may take; together below Kubernetes' own 30 s from SIGTERM to SIGKILL.
 */
const stopDefaults = { STOP_GRACE_MS: '5000', STOP_DEADLINE_MS: '22000' };

/**
 * A container: serves, or with the argument `migrate` brings its database to the newest version and ends, which is
 * a job's work before the first container of a new version starts, with rights that a serving one need not have.
 * It listens on 127.0.0.1 unless HOST says otherwise.
 */
export async function runContainer<Shape extends z.ZodRawShape>(
  program: ContainerProgram<Shape>,
): Promise<void> {
  const { name, settings, secrets, start } = program;
  const environment = async () => ({ ...stopDefaults, ...(await withSecrets(process.env, secrets)) });
  if (process.argv[2] !== 'migrate') return runProcess(name, settings, start, environment);
  const logger = createLogger(`${name}-migrate`);
  try {
    const url = readEnv({ [program.databaseSetting]: z.string() }, await environment())[
      program.databaseSetting
    ];
    await program.migrate(url ?? '');
    logger.info('the database is at its newest version');
  } catch (error) {
    logger.fatal({ err: error }, 'the database could not be migrated');
    process.exit(1);
  }
}
