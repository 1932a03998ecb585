import { login } from '../../runtime/contracts/api/user.ts';
import { unauthorized } from '../../runtime/http/problem.ts';
import { implement, type Route } from '../../runtime/http/route.ts';
import type { Clock } from '../../runtime/ports/clock.ts';
import type { Database } from '../../runtime/sql/pool.ts';
import { type Account, findByLogin } from './accounts.ts';
import type { KeyRing } from './keys.ts';
import type { LoginLimiter } from './login-limiter.ts';
import type { Passwords } from './passwords.ts';
import { issueToken, type TokenSettings } from './tokens.ts';

export interface LoginDependencies {
  readonly database: Database;
  readonly passwords: Passwords;
  readonly limiter: LoginLimiter;
  readonly keys: KeyRing;
  readonly tokens: TokenSettings;
  readonly clock: Clock;
}

/** Unknown name or wrong password: the same steps, the same work and the same answer. */
export function createLogin(dependencies: LoginDependencies): Route {
  const { database, passwords, limiter, keys, tokens, clock } = dependencies;
  return implement(login, async ({ body: { username: name, password }, address }) => {
    const account = await checkAttempt(limiter, name, address, async () => {
      const found = await findByLogin(database, name);
      return (await passwords.verify(password, found?.passwordHash)) ? found : undefined;
    });
    if (!account) throw unauthorized('The user name or the password is wrong.');
    if (passwords.isOutdated(account.passwordHash)) await rehash(account, password);
    const { id, username, email } = account;
    return {
      status: 200,
      headers: { 'cache-control': 'no-store' },
      body: { token: issueToken(account, keys.current()[0], tokens, clock), user: { id, username, email } },
    };
  });

  /** Only the hash that was checked is replaced: a password changed meanwhile stays changed. */
  async function rehash({ id, passwordHash }: Account, password: string): Promise<void> {
    const values = [id, passwordHash, await passwords.hash(password)];
    const text = 'update account set password_hash = $3 where id = $1 and password_hash = $2';
    await database.query(text, values, 'account-rehash');
  }
}

/** One attempt, counted by how it ended: truthy is a success. @throws ProblemError 429 */
export async function checkAttempt<Result>(
  limiter: LoginLimiter,
  name: string,
  address: string,
  check: () => Promise<Result>,
): Promise<Result> {
  const attempt = await limiter.attempt(name, address);
  let result: Result;
  try {
    result = await check();
  } catch (error) {
    // What the attempt met is the news; that it stays counted does little harm.
    await attempt.undecided().catch(() => {});
    throw error;
  }
  await (result ? attempt.succeeded() : attempt.failed());
  return result;
}
