import { ConflictError } from '../../runtime/errors.ts';
import type { Database } from '../../runtime/sql/pool.ts';
import { type Account, accountColumns } from './accounts.ts';

/** An account as it is carried to another shop: whole, its password's hash too. */
export interface CarriedAccount extends Omit<Account, 'createdAt'> {
  /** ISO 8601, UTC. */
  readonly createdAt: string;
}

const pageSize = 500;

/** Everybody's account, in the order of their ids. */
export async function* readAccounts(database: Database): AsyncGenerator<CarriedAccount[]> {
  let last: string | undefined;
  do {
    const text = `select ${accountColumns} from account where id > $1 order by id limit ${pageSize}`;
    const { rows } = await database.query<Account>(text, [last ?? ''], 'account-carry');
    yield rows.map(carried);
    last = rows.length === pageSize ? rows.at(-1)?.id : undefined;
  } while (last !== undefined);
}

export async function findAccounts(database: Database, ids: readonly string[]): Promise<CarriedAccount[]> {
  const text = `select ${accountColumns} from account where id = any ($1)`;
  return (await database.query<Account>(text, [ids], 'account-carried')).rows.map(carried);
}

/**
 * Writes accounts without a word to anybody. Answers with the ids of those that it wrote: left out are those that
 * are there, and those whose user name or mail address is somebody's.
 */
export async function createAccounts(
  database: Database,
  accounts: readonly CarriedAccount[],
): Promise<string[]> {
  const text = `insert into account (id, username, email, password_hash, role, phone, version, created_at)
     select id, username, email, "passwordHash", role, phone, version, "createdAt"
     from json_to_recordset($1) as a(id text, username text, email text, "passwordHash" text, role text, phone text,
                                     version bigint, "createdAt" timestamptz)
     on conflict do nothing returning id`;
  const { rows } = await database.query<{ id: string }>(text, [JSON.stringify(accounts)], 'account-create');
  return rows.map(({ id }) => id);
}

/** @param id of the account that it takes the place of @throws ConflictError when that has another version now */
export async function replaceAccount(
  database: Database,
  { id, version }: Pick<CarriedAccount, 'id' | 'version'>,
  account: CarriedAccount,
): Promise<void> {
  const { username, email, passwordHash, role, phone, createdAt } = account;
  const { rowCount } = await database.query(
    `update account set id = $3, username = $4, email = $5, password_hash = $6, role = $7, phone = $8, version = $9,
       created_at = $10
     where id = $1 and version = $2`,
    [id, version, account.id, username, email, passwordHash, role, phone, account.version, createdAt],
    'account-replace',
  );
  if (rowCount !== 1) throw new ConflictError(`the account ${id} was changed meanwhile`);
}

/**
 * Of accounts whose names are taken: the administrators that have the same user name and mail address here, under
 * another id. Every stack makes its first one by itself.
 */
export async function findNamesakes(
  database: Database,
  accounts: readonly CarriedAccount[],
): Promise<Map<string, CarriedAccount>> {
  const admins = accounts.filter(({ role }) => role === 'admin');
  const { rows } = await database.query<Account>(
    `select ${accountColumns} from account
     where role = 'admin' and (lower(username), lower(email)) in (
       select lower(u), lower(e) from unnest($1::text[], $2::text[]) as names(u, e))`,
    [admins.map(({ username }) => username), admins.map(({ email }) => email)],
    'account-namesakes',
  );
  const nameOf = ({ username, email }: { username: string; email: string }) =>
    `${username.toLowerCase()} ${email.toLowerCase()}`;
  const here = new Map(rows.map((row) => [nameOf(row), carried(row)]));
  return new Map(
    admins.flatMap((account) => {
      const namesake = here.get(nameOf(account));
      return namesake && namesake.id !== account.id ? [[account.id, namesake] as const] : [];
    }),
  );
}

const carried = ({ createdAt, ...account }: Account): CarriedAccount => ({
  ...account,
  createdAt: createdAt.toISOString(),
});
