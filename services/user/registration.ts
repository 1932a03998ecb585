import { register } from '../../runtime/contracts/api/user.ts';
import { implement, type Route } from '../../runtime/http/route.ts';
import { newId } from '../../runtime/ids.ts';
import type { Database } from '../../runtime/sql/pool.ts';
import { accountEvent, changeAccount, insertAccount } from './accounts.ts';
import type { Passwords } from './passwords.ts';

export interface RegistrationDependencies {
  readonly database: Database;
  readonly passwords: Passwords;
}

/** Whether a name is free, the unique index says: two at the same moment cannot both have it. */
export function createRegistration({ database, passwords }: RegistrationDependencies): Route {
  return implement(register, async ({ body: { username, email, password } }) => {
    const passwordHash = await passwords.hash(password);
    const account = await changeAccount(database, async (client) => {
      const id = `USR-${newId()}`;
      const result = await insertAccount(client, { id, username, email, passwordHash, role: 'customer' });
      return { result, event: accountEvent('user.registered', result) };
    });
    return {
      status: 201,
      headers: { location: `/api/users/${account.id}` },
      body: { id: account.id, username: account.username, email: account.email },
    };
  });
}
