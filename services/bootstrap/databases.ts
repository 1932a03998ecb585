import pg from 'pg';

/** A service's database, as its address tells. */
interface Wanted {
  readonly database: string;
  readonly role: string;
  readonly password: string;
}

/**
 * Makes the database that each address names, owned by the role in it and open to nobody else. What is there is
 * kept, and gets the password that the address says. The administrator need not be a superuser: those of clouds are none.
 */
export async function ensureDatabases(adminUrl: string, serviceUrls: readonly string[]): Promise<void> {
  const client = new pg.Client({
    connectionString: adminUrl,
    connectionTimeoutMillis: 10_000,
    query_timeout: 60_000,
  });
  await client.connect();
  try {
    for (const url of serviceUrls) await ensureDatabase(client, read(url));
  } finally {
    await client.end();
  }
}

async function ensureDatabase(client: pg.Client, { database, role, password }: Wanted): Promise<void> {
  const roleName = client.escapeIdentifier(role);
  const databaseName = client.escapeIdentifier(database);
  const secret = client.escapeLiteral(password);
  const roles = await client.query('select from pg_roles where rolname = $1', [role]);
  await client.query(`${roles.rowCount ? 'alter' : 'create'} role ${roleName} login password ${secret}`);
  const databases = await client.query('select from pg_database where datname = $1', [database]);
  if (databases.rowCount) return;
  // Whoever is no superuser gives a database only to a role that it may act as.
  await client.query(`grant ${roleName} to current_user`);
  await client.query(`create database ${databaseName} owner ${roleName}`);
  await client.query(`revoke all on database ${databaseName} from public`);
}

function read(url: string): Wanted {
  const { pathname, username, password } = new URL(url);
  return {
    database: decodeURIComponent(pathname.slice(1)),
    role: decodeURIComponent(username),
    password: decodeURIComponent(password),
  };
}
