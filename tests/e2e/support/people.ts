import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ulid } from 'ulid';
import { makeEvent } from '../../../runtime/contracts/events/make.ts';
import { systemClock } from '../../../runtime/ports/clock.ts';
import { parseKeys } from '../../../services/user/keys.ts';
import { issueToken } from '../../../services/user/tokens.ts';
import type { LocalShop } from './shop.ts';

export interface Person {
  readonly id: string;
  readonly username: string;
  readonly email: string;
  readonly token: string;
}

/**
 * People without accounts, as many as wanted at once: a password's hash costs 80 ms, a token from the shop's own
 * key does not. The customers among them are announced on the bus as the user service would, so that they get mail.
 */
export async function introduce(
  shop: LocalShop,
  count: number,
  role: 'customer' | 'admin' = 'customer',
): Promise<Person[]> {
  const [key] = parseKeys(await readFile(join(shop.dataDir, 'token-keys.json'), 'utf8'));
  const rules = { issuer: shop.url, audience: 'shop', lifetimeSeconds: 3_600 };
  const people = Array.from({ length: count }, (): Person => {
    const id = `USR-${ulid()}`;
    const username = `guest-${id.slice(-10).toLowerCase()}`;
    const token = issueToken({ id, username, role }, key, rules, systemClock);
    return { id, username, email: `${username}@example.com`, token };
  });
  if (role === 'admin') return people;
  const parts = await shop.parts('people');
  try {
    const said = people.map(({ id, username, email }) =>
      makeEvent('user.registered', id, 1, { userId: id, username, email }),
    );
    await parts.publisher.publish(said);
  } finally {
    await parts.close();
  }
  return people;
}

export async function introduceAdmin(shop: LocalShop): Promise<Person> {
  const [admin] = await introduce(shop, 1, 'admin');
  return admin as Person;
}
