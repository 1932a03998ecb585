import jwt from 'jsonwebtoken';
import type { TokenRules } from '../../runtime/http/token.ts';
import type { Clock } from '../../runtime/ports/clock.ts';
import type { Account } from './accounts.ts';
import type { SigningKey } from './keys.ts';

export interface TokenSettings extends TokenRules {
  readonly lifetimeSeconds: number;
}

/** An access token, signed RS256 by `key`, whose header names it. */
export function issueToken(
  account: Pick<Account, 'id' | 'username' | 'role'>,
  key: SigningKey,
  settings: TokenSettings,
  clock: Clock,
): string {
  const issuedAt = Math.floor(clock.now() / 1000);
  const claims = {
    sub: account.id,
    username: account.username,
    role: account.role,
    iss: settings.issuer,
    aud: settings.audience,
    iat: issuedAt,
    exp: issuedAt + settings.lifetimeSeconds,
  };
  return jwt.sign(claims, key.privateKey, { algorithm: 'RS256', keyid: key.kid });
}
