import pg from 'pg';

export interface DatabaseRole {
  readonly database: string;
  readonly role: string;
  readonly password: string;
}

/** Makes each database with a role that owns it and nobody else's; what is there already is kept. */
export async function ensureDatabases(superuserUrl: string, wanted: readonly DatabaseRole[]): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrl, ssl: false });
  await client.connect();
  try {
    for (const { database, role, password } of wanted) {
      const secret = client.escapeLiteral(password);
      const roles = await client.query('select from pg_roles where rolname = $1', [role]);
      await client.query(`${roles.rowCount ? 'alter' : 'create'} role ${role} login password ${secret}`);
      const databases = await client.query('select from pg_database where datname = $1', [database]);
      if (databases.rowCount) continue;
      await client.query(`create database ${database} owner ${role}`);
      await client.query(`revoke connect on database ${database} from public`);
    }
  } finally {
    await client.end();
  }
}
