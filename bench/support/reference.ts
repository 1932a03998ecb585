import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import pg from 'pg';

const run = promisify(execFile);

/**
 * The yardstick of an order: single-row inserts, each committed, by 8 clients, a second; on the server the shop
 * itself runs on, with fsync and synchronous_commit as shipped.
 */
export interface InsertReference {
  readonly how: 'pgbench' | 'a loop of pg';
  /** Inserts a second over `seconds`. */
  measure(seconds: number): Promise<number>;
  close(): Promise<void>;
}

const clients = 8;
const insert = 'insert into reference (payload) values ($1)';

export async function openInsertReference(url: string): Promise<InsertReference> {
  const pool = new pg.Pool({ connectionString: url, max: clients });
  await pool.query('create table if not exists reference (id bigserial primary key, payload text not null)');
  const close = async () => {
    await pool.query('drop table reference');
    await pool.end();
  };
  const hasPgbench = await run('pgbench', ['--version']).then(
    () => true,
    () => false,
  );
  if (hasPgbench) return { how: 'pgbench', measure: (seconds) => pgbench(url, seconds), close };
  return {
    how: 'a loop of pg',
    measure: async (seconds) => {
      const end = Date.now() + seconds * 1000;
      let count = 0;
      const client = async () => {
        const connection = await pool.connect();
        for (; Date.now() < end; count += 1) {
          await connection.query({ name: 'insert', text: insert, values: ['x'.repeat(100)] });
        }
        connection.release();
      };
      await Promise.all(Array.from({ length: clients }, client));
      return count / seconds;
    },
    close,
  };
}

async function pgbench(url: string, seconds: number): Promise<number> {
  const child = run('pgbench', [
    '-n',
    '-M',
    'prepared',
    '-c',
    `${clients}`,
    '-j',
    '2',
    '-T',
    `${seconds}`,
    '-f',
    '-',
    url,
  ]);
  child.child.stdin?.end(`insert into reference (payload) values ('${'x'.repeat(100)}');\n`);
  const { stdout } = await child;
  const tps = /tps = ([\d.]+)/.exec(stdout)?.[1];
  if (tps === undefined) throw new Error(`pgbench said nothing of its rate:\n${stdout}`);
  return Number(tps);
}
