import type { ShopEvent } from '../../runtime/contracts/events/envelope.ts';
import { makeEvent } from '../../runtime/contracts/events/make.ts';
import { conflict } from '../../runtime/http/problem.ts';
import { addToOutbox } from '../../runtime/sql/outbox.ts';
import type { Database, PoolClient } from '../../runtime/sql/pool.ts';
import { faultPoint } from '../../runtime/telemetry/faults.ts';

export type Role = 'customer' | 'admin';

export interface Account {
  readonly id: string;
  readonly username: string;
  readonly email: string;
  readonly role: Role;
  readonly phone: string | null;
  readonly passwordHash: string;
  /** Grows by one with every change that an event tells. */
  readonly version: number;
  readonly createdAt: Date;
}

export const accountColumns = `id, username, email, role, phone, password_hash as "passwordHash", version,
  created_at as "createdAt"`;

/** One's own or another's, by id. */
export async function findAccount(database: Database, id: string): Promise<Account | undefined> {
  const text = `select ${accountColumns} from account where id = $1`;
  return (await database.query<Account>(text, [id], 'account-by-id')).rows[0];
}

/** By user name or mail address, without regard to case. A user name has no @. */
export async function findByLogin(database: Database, login: string): Promise<Account | undefined> {
  const column = login.includes('@') ? 'email' : 'username';
  const text = `select ${accountColumns} from account where lower(${column}) = $1`;
  return (await database.query<Account>(text, [login.toLowerCase()], `account-by-${column}`)).rows[0];
}

/** The one transaction of every change: the row, and the event that tells it. */
export async function changeAccount<Result>(
  database: Database,
  change: (client: PoolClient) => Promise<{ result: Result; event?: ShopEvent }>,
): Promise<Result> {
  const result = await database
    .transaction(async (client) => {
      const changed = await change(client);
      if (changed.event) await addToOutbox(client, [changed.event]);
      faultPoint('http.before-commit');
      return changed.result;
    })
    .catch(nameTakenField);
  faultPoint('http.after-commit');
  return result;
}

/** @throws pg's unique violation, which `changeAccount` turns into a 409 */
export async function insertAccount(
  client: PoolClient,
  account: Pick<Account, 'id' | 'username' | 'email' | 'passwordHash' | 'role'>,
): Promise<Account> {
  const { rows } = await client.query<Account>({
    name: 'account-insert',
    text: `insert into account (id, username, email, password_hash, role) values ($1, $2, $3, $4, $5)
           returning ${accountColumns}`,
    values: [account.id, account.username, account.email, account.passwordHash, account.role],
  });
  return rows[0] as Account;
}

/** The whole of an account, in the event that tells of it. */
export function accountEvent(type: 'user.registered' | 'user.updated', account: Account): ShopEvent {
  const { id, username, email, phone, version } = account;
  return makeEvent(type, id, version, { userId: id, username, email, phone: phone ?? undefined });
}

const uniqueIndexes: Readonly<Record<string, string>> = {
  account_username: 'username',
  account_email: 'email',
};

function nameTakenField(error: unknown): never {
  const { code, constraint = '' } = error as { code?: string; constraint?: string };
  const field = uniqueIndexes[constraint];
  if (code !== '23505' || field === undefined) throw error;
  throw conflict(`This ${field} is taken.`, [{ field, message: 'is taken' }]);
}
