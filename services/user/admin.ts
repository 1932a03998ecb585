import type { z } from 'zod';
import { register } from '../../runtime/contracts/api/user.ts';
import { conflict, fieldErrors, ProblemError } from '../../runtime/http/problem.ts';
import { newId } from '../../runtime/ids.ts';
import type { Database, PoolClient } from '../../runtime/sql/pool.ts';
import { type Account, accountColumns, accountEvent, changeAccount, insertAccount } from './accounts.ts';
import type { Passwords } from './passwords.ts';

export interface AdminResult {
  readonly id: string;
  readonly outcome: 'created' | 'promoted' | 'password changed' | 'unchanged';
}

/**
 * After it, this user name and mail address are an admin's who logs in with this password. It may be repeated.
 * An account that is promoted gets the password too: whoever registered it before, in the hope of a
 * promotion, is locked out.
 * @throws ProblemError 400 naming the field; 409 when the name and the address are not one account's
 */
export async function ensureAdmin(
  { database, passwords }: { readonly database: Database; readonly passwords: Passwords },
  wanted: z.input<typeof register.body>,
): Promise<AdminResult> {
  const checked = register.body.safeParse(wanted);
  if (!checked.success) {
    throw new ProblemError(400, 'The account is not valid.', {
      errors: fieldErrors(checked.error, 'account'),
    });
  }
  const { username, email, password } = checked.data;
  return changeAccount<AdminResult>(database, async (client) => {
    const account = await lockAccount(client, username, email);
    if (!account) {
      const passwordHash = await passwords.hash(password);
      const id = `USR-${newId()}`;
      const created = await insertAccount(client, { id, username, email, passwordHash, role: 'admin' });
      return { result: { id, outcome: 'created' }, event: accountEvent('user.registered', created) };
    }
    const { id, role } = account;
    const samePassword = await passwords.verify(password, account.passwordHash);
    if (role === 'admin' && samePassword) return { result: { id, outcome: 'unchanged' } };
    const passwordHash = samePassword ? account.passwordHash : await passwords.hash(password);
    const promoted = await promote(client, id, passwordHash);
    const outcome = role === 'admin' ? 'password changed' : 'promoted';
    return { result: { id, outcome }, event: accountEvent('user.updated', promoted) };
  });
}

async function lockAccount(
  client: PoolClient,
  username: string,
  email: string,
): Promise<Account | undefined> {
  const { rows } = await client.query<Account>({
    name: 'account-lock',
    text: `select ${accountColumns} from account
           where lower(username) = lower($1) or lower(email) = lower($2) for update`,
    values: [username, email],
  });
  const [account] = rows;
  if (!account) return undefined;
  const sameName = account.username.toLowerCase() === username.toLowerCase();
  const sameEmail = account.email.toLowerCase() === email.toLowerCase();
  if (rows.length === 1 && sameName && sameEmail) return account;
  const field = rows.length > 1 || sameName ? 'email' : 'username';
  throw conflict(`The user name ${username} and the address ${email} are not of one account.`, [
    { field, message: 'belongs to another account: give both as they were registered' },
  ]);
}

async function promote(client: PoolClient, id: string, passwordHash: string): Promise<Account> {
  const { rows } = await client.query<Account>({
    name: 'account-promote',
    text: `update account set role = 'admin', password_hash = $2, version = version + 1
           where id = $1 returning ${accountColumns}`,
    values: [id, passwordHash],
  });
  return rows[0] as Account;
}
