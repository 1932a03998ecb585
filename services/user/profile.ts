import { deleteUser, getUser, updateUser } from '../../runtime/contracts/api/user.ts';
import { makeEvent } from '../../runtime/contracts/events/make.ts';
import { ConflictError } from '../../runtime/errors.ts';
import { badRequest, notFound, ProblemError } from '../../runtime/http/problem.ts';
import { type ApiRequest, implement, type Principal, type Route } from '../../runtime/http/route.ts';
import type { Database } from '../../runtime/sql/pool.ts';
import { type Account, accountColumns, accountEvent, changeAccount, findAccount } from './accounts.ts';
import { checkAttempt } from './login.ts';
import type { LoginLimiter } from './login-limiter.ts';
import type { Passwords } from './passwords.ts';

export interface ProfileDependencies {
  readonly database: Database;
  readonly passwords: Passwords;
  readonly limiter: LoginLimiter;
}

const noSuchUser = () => notFound('user');

/** One's own profile, or as an admin anybody's; to everybody else it does not exist. */
export function createProfile({ database, passwords, limiter }: ProfileDependencies): Route[] {
  const read = implement(getUser, async ({ params: { id }, user }) => {
    checkReach(user, id);
    return { status: 200, body: toProfile(await find(id)) };
  });

  const update = implement(updateUser, async (request) => {
    const { params, user, body } = request;
    checkReach(user, params.id);
    const account = await find(params.id);
    const { email, phone, password } = body;
    if (email === undefined && phone === undefined && password === undefined) {
      return { status: 200, body: toProfile(account) };
    }
    const ownPassword = password !== undefined && user.id === account.id;
    if (ownPassword) await checkCurrentPassword(request, account);
    const passwordHash = password === undefined ? undefined : await passwords.hash(password);
    const changed = await changeAccount(database, async (client) => {
      const { rows } = await client.query<Account>({
        name: 'account-update',
        // Each field by itself, so that two changes of different fields at once both stand.
        text: `update account set email = coalesce($2, email), phone = case when $3 then $4 else phone end,
                 password_hash = coalesce($5, password_hash), version = version + 1
               where id = $1 and password_hash = coalesce($6, password_hash) returning ${accountColumns}`,
        values: [
          account.id,
          email,
          phone !== undefined,
          phone,
          passwordHash,
          // The password that was checked must still be the current one.
          ownPassword ? account.passwordHash : null,
        ],
      });
      const [result] = rows;
      if (!result) throw ownPassword ? new ConflictError('the password was changed meanwhile') : noSuchUser();
      return { result, event: accountEvent('user.updated', result) };
    });
    return { status: 200, body: toProfile(changed) };
  });

  const remove = implement(deleteUser, async ({ params: { id }, user }) => {
    checkReach(user, id);
    await changeAccount(database, async (client) => {
      const { rows } = await client.query<{ version: number }>({
        name: 'account-delete',
        text: 'delete from account where id = $1 returning version',
        values: [id],
      });
      if (!rows[0]) throw noSuchUser();
      return { result: undefined, event: makeEvent('user.deleted', id, rows[0].version + 1, { userId: id }) };
    });
    return { status: 204 };
  });

  async function find(id: string): Promise<Account> {
    const account = await findAccount(database, id);
    if (!account) throw noSuchUser();
    return account;
  }

  /** A stolen token is not enough to take an account over, nor to guess its password without a limit. */
  async function checkCurrentPassword(
    { body: { currentPassword }, address }: ApiRequest<typeof updateUser>,
    account: Account,
  ): Promise<void> {
    if (currentPassword === undefined) {
      throw badRequest('currentPassword', 'is needed to change the password');
    }
    const right = await checkAttempt(limiter, account.id, address, () =>
      passwords.verify(currentPassword, account.passwordHash),
    );
    if (!right) {
      throw new ProblemError(403, 'The current password is wrong.', {
        errors: [{ field: 'currentPassword', message: 'is wrong' }],
      });
    }
  }

  return [read, update, remove];
}

function checkReach(user: Principal, id: string): void {
  if (user.id !== id && user.role !== 'admin') throw noSuchUser();
}

function toProfile({ id, username, email, phone, role, createdAt }: Account) {
  return { id, username, email, phone: phone ?? undefined, role, created_at: createdAt.toISOString() };
}
