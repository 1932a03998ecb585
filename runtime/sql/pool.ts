import pg from 'pg';
import { UnavailableError } from '../errors.ts';

export type { PoolClient, QueryResult } from 'pg';

export interface PoolOptions {
  readonly url: string;
  /** @default 8 */
  readonly max?: number;
  /** Name shown in pg_stat_activity. */
  readonly name: string;
  /**
   * Sends statements without waiting for the answer to the one before, where the caller does not wait either.
   * @default false
   */
  readonly pipeline?: boolean;
  /** Server settings for its connections, as libpq writes them: `-c name=value`. */
  readonly options?: string;
}

// BIGINT as a number: no count of the shop comes near 2^53.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

/**
 * A connection pool with time-outs on every call. `query` and `transaction` throw UnavailableError when the
 * database does not answer, and pg's own error otherwise.
 */
export class Database {
  readonly pool: pg.Pool;

  constructor({ url, max = 8, name, options, pipeline }: PoolOptions) {
    this.pool = new pg.Pool({
      connectionString: url,
      max,
      application_name: name,
      options,
      pipeline,
      connectionTimeoutMillis: 3_000,
      query_timeout: 20_000,
      statement_timeout: 15_000,
      idleTimeoutMillis: 60_000,
      keepAlive: true,
    });
    // A connection that breaks while idle is replaced at its next use; there is nothing else to do.
    this.pool.on('error', () => {});
    // One that breaks in use fails its query; the event as such must not end the process.
    this.pool.on('connect', (client) => client.on('error', () => {}));
  }

  /** Named statements are prepared once per connection. */
  async query<Row extends pg.QueryResultRow>(
    text: string,
    values: readonly unknown[] = [],
    name?: string,
  ): Promise<pg.QueryResult<Row>> {
    // Not pool.query: that throws the connection away, with all it has prepared, for a mere unique violation.
    const client = await this.connect();
    let problem: unknown;
    try {
      return await client.query<Row>({ name, text, values: values as unknown[] });
    } catch (error) {
      problem = asUnavailable(error);
      throw problem;
    } finally {
      client.release(problem instanceof UnavailableError);
    }
  }

  /**
   * Commits when `work` returns, rolls back when it throws. A statement that was sent and handed to `last` need not
   * be waited for: COMMIT follows it on its heels, and does nothing if it failed, for then PostgreSQL has given
   * the transaction up.
   */
  async transaction<Result>(
    work: (client: pg.PoolClient, last: (sent: Promise<unknown>) => void) => Promise<Result>,
  ): Promise<Result> {
    const client = await this.connect();
    const underWay: Promise<unknown>[] = [];
    const keep = (sent: Promise<unknown>) => {
      sent.catch(() => {});
      underWay.push(sent);
    };
    let broken: unknown;
    try {
      keep(client.query('BEGIN'));
      const result = await work(client, keep);
      keep(client.query('COMMIT'));
      await Promise.all(underWay);
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch((rollbackError) => {
        broken = rollbackError;
      });
      throw asUnavailable(error);
    } finally {
      client.release(broken !== undefined);
    }
  }

  /** A connection of one's own; release it. A break of it shows at its next query. */
  async connect(): Promise<pg.PoolClient> {
    try {
      return await this.pool.connect();
    } catch (error) {
      throw asUnavailable(error);
    }
  }

  async answers(): Promise<boolean> {
    return this.pool.query('SELECT 1').then(
      () => true,
      () => false,
    );
  }

  async close(): Promise<void> {
    await this.pool.end();
  }
}

const systemErrors = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH']);
// Shutting down, crashed, starting up, no answer within the statement's time-out, too many connections; class 08 is
// connection trouble.
const sqlStates = new Set(['57P01', '57P02', '57P03', '57014', '53300']);

/** Tells "the database is away" from "the statement is wrong". */
export function asUnavailable(error: unknown): unknown {
  const { code, message } = error as { code?: string; message?: string };
  const away =
    (code !== undefined && (systemErrors.has(code) || sqlStates.has(code) || code.startsWith('08'))) ||
    /Connection terminated|timeout exceeded when trying to connect|Query read timeout|not queryable/i.test(
      message ?? '',
    );
  return away ? new UnavailableError('the database does not answer', { cause: error }) : error;
}
