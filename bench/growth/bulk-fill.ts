import pg from 'pg';

export interface BulkFill {
  readonly label: string;
  readonly tables: readonly string[];
  /** How many rows there are to make, numbered from 1. */
  readonly rows: number;
  /** Each makes the rows numbered from $1 to $2; `values` are $3 and so on. */
  readonly statements: readonly { readonly text: string; readonly values?: readonly unknown[] }[];
  /** What is left to do when all the rows are there. */
  readonly finish?: string;
}

const rowsAtOnce = 20_000;
const clients = 2;

/** Fills tables as fast as it goes: without their indexes, which are made again afterwards, as they were. */
export async function bulkFill(url: string, fill: BulkFill): Promise<void> {
  const connections = await Promise.all(Array.from({ length: clients }, () => connect(url)));
  const [first] = connections;
  if (!first) return;
  try {
    const restore = await dropIndexes(first, fill.tables);
    let next = 1;
    const tell = progress(fill.label, fill.rows);
    const work = async (client: pg.Client) => {
      while (next <= fill.rows) {
        const from = next;
        const to = Math.min(from + rowsAtOnce - 1, fill.rows);
        next = to + 1;
        for (const { text, values = [] } of fill.statements) await client.query(text, [from, to, ...values]);
        tell(to - from + 1);
      }
    };
    await Promise.all(connections.map(work));
    console.error(`  ${fill.label}: indexes …`);
    for (const statement of restore) await first.query(statement);
    if (fill.finish) await first.query(fill.finish);
    await first.query(`vacuum (freeze, analyze) ${fill.tables.join(', ')}`);
  } finally {
    await Promise.all(connections.map((client) => client.end()));
  }
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`set synchronous_commit = off; set maintenance_work_mem = '512MB'`);
  return client;
}

/** Answers with the statements that make them again. */
async function dropIndexes(client: pg.Client, tables: readonly string[]): Promise<string[]> {
  const { rows: constraints } = await client.query<{ table: string; name: string; definition: string }>(
    `select conrelid::regclass::text as table, conname as name, pg_get_constraintdef(oid) as definition
     from pg_constraint where conrelid = any ($1::regclass[]) and contype in ('p', 'u')`,
    [tables],
  );
  for (const { table, name } of constraints) {
    await client.query(`alter table ${table} drop constraint ${name}`);
  }
  const { rows: indexes } = await client.query<{ name: string; definition: string }>(
    `select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition
     from pg_index where indrelid = any ($1::regclass[])`,
    [tables],
  );
  for (const { name } of indexes) await client.query(`drop index ${name}`);
  return [
    ...constraints.map(
      ({ table, name, definition }) => `alter table ${table} add constraint ${name} ${definition}`,
    ),
    ...indexes.map(({ definition }) => definition),
  ];
}

/** Says on standard error how far it is, every tenth. */
function progress(label: string, total: number): (rows: number) => void {
  let done = 0;
  return (rows) => {
    const before = Math.floor((done * 10) / total);
    done += rows;
    if (Math.floor((done * 10) / total) > before) {
      console.error(`  ${label}: ${done.toLocaleString('en')} of ${total.toLocaleString('en')}`);
    }
  };
}
