import { execFile } from 'node:child_process';
import { cpus, loadavg, totalmem, type } from 'node:os';
import { promisify } from 'node:util';
import { postgresBinaries } from '../../local/postgres/binaries.ts';

/** What figures depend on, beside the code. */
export interface Machine {
  /** Cores, memory and versions, in a line or two. */
  readonly facts: readonly string[];
  /** Average of running processes over the last minute, before the benchmarks began. */
  readonly load: number;
}

/** From here on somebody else's work is in the figures. */
export const busyLoad = 0.5;

export async function describeMachine(): Promise<Machine> {
  const { postgres } = await postgresBinaries();
  const { stdout } = await promisify(execFile)(postgres, ['--version']);
  const cores = cpus();
  return {
    facts: [
      `${cores.length} cores (${cores[0]?.model.trim()}), ${(totalmem() / 2 ** 30).toFixed(0)} GiB of memory, ${type()}`,
      `Node ${process.version}, ${stdout.trim()}`,
    ],
    load: loadavg()[0] ?? 0,
  };
}
