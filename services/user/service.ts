import type { Route } from '../../runtime/http/route.ts';
import { type Clock, systemClock } from '../../runtime/ports/clock.ts';
import type { Database } from '../../runtime/sql/pool.ts';
import { createDiscovery } from './discovery.ts';
import type { KeyRing } from './keys.ts';
import { createLogin } from './login.ts';
import { createLoginLimiter, type LoginLimits } from './login-limiter.ts';
import { createPasswords, type Passwords } from './passwords.ts';
import { createProfile } from './profile.ts';
import { createRegistration } from './registration.ts';
import type { TokenSettings } from './tokens.ts';

export interface UserServiceDependencies {
  /** Migrated by the SQL files of `./migrations`. */
  readonly database: Database;
  readonly keys: KeyRing;
  readonly tokens: TokenSettings;
  /** @default defaultLoginLimits */
  readonly limits?: LoginLimits;
  /** @default argon2id as OWASP recommends */
  readonly passwords?: Passwords;
  readonly clock?: Clock;
}

/** Accounts, logins and the keys that check them. */
export function createUserService(dependencies: UserServiceDependencies): { routes: Route[] } {
  const { database, keys, tokens, limits, passwords = createPasswords(), clock = systemClock } = dependencies;
  const limiter = createLoginLimiter(database, limits);
  return {
    routes: [
      createRegistration({ database, passwords }),
      createLogin({ database, passwords, limiter, keys, tokens, clock }),
      ...createProfile({ database, passwords, limiter }),
      ...createDiscovery({ keys, issuer: tokens.issuer }),
    ],
  };
}
