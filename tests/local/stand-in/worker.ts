import pg from 'pg';
import { serve } from './child.ts';

const database = new pg.Pool({
  connectionString: process.env.SHOP_DATABASE_URL,
  connectionTimeoutMillis: 2_000,
});
database.on('error', () => {});
await database.query('CREATE TABLE IF NOT EXISTS note (text text NOT NULL)');

/** POST writes a row, GET counts them: what was answered 200 must survive. */
serve((request, response) => {
  const statement =
    request.method === 'POST'
      ? `INSERT INTO note VALUES ('kept')`
      : 'SELECT count(*)::int AS notes FROM note';
  database.query(statement).then(
    ({ rows }) => response.writeHead(200).end(JSON.stringify(rows[0] ?? {})),
    () => response.writeHead(503).end(),
  );
});
