import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import type { ShopEvent } from '../../../runtime/contracts/events/envelope.ts';
import { parseEvent } from '../../../runtime/contracts/events/make.ts';
import { createDispatch } from '../../../runtime/http/dispatch.ts';
import { createServer } from '../../../runtime/http/server.ts';
import { createTokenVerifier } from '../../../runtime/http/token.ts';
import { migrate } from '../../../runtime/sql/migrate.ts';
import { Database } from '../../../runtime/sql/pool.ts';
import { createLogger } from '../../../runtime/telemetry/log.ts';
import { ensureAdmin } from '../../../services/user/admin.ts';
import { generateSigningKey, type KeyRing, localKeys, parseKeys } from '../../../services/user/keys.ts';
import { createPasswords } from '../../../services/user/passwords.ts';
import { createUserService, type UserServiceDependencies } from '../../../services/user/service.ts';
import { freshDatabase } from '../../support/postgres.ts';

export const issuer = 'http://shop.test';
export const audience = 'shop';
export const password = 'correct horse battery';
export const silent = createLogger('test', 'silent');
const migrations = fileURLToPath(new URL('../../../services/user/migrations', import.meta.url));

/** Cheap hashes, for tests that are not about them. */
export const lightPasswords = () =>
  createPasswords({ parameters: { memory: 64, passes: 1, parallelism: 1 } });

// biome-ignore lint/suspicious/noExplicitAny: an answer of any route, looked into by assertions.
type Body = any;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

export interface CallOptions {
  readonly body?: unknown;
  readonly token?: string;
  /** As the gateway would report it. */
  readonly from?: string;
}

export interface TestUser {
  readonly id: string;
  readonly username: string;
  readonly email: string;
  readonly token: string;
}

export type TestService = Awaited<ReturnType<typeof startUserService>>;

export async function migratedDatabase(): Promise<string> {
  const url = await freshDatabase();
  await migrate(url, migrations);
  return url;
}

export async function newKeyRing(): Promise<KeyRing> {
  const keys = parseKeys(JSON.stringify({ keys: [await generateSigningKey()] }));
  return { current: () => keys };
}

/** The service over real HTTP on its own real database; nothing publishes its outbox, so that it can be read. */
export async function startUserService(
  options: Partial<UserServiceDependencies> & { databaseUrl?: string } = {},
) {
  const { databaseUrl, ...overrides } = options;
  const database = new Database({ url: databaseUrl ?? (await migratedDatabase()), name: 'user-test' });
  const keys = overrides.keys ?? (await newKeyRing());
  const passwords = overrides.passwords ?? lightPasswords();
  const tokens = { issuer, audience, lifetimeSeconds: 3_600 };
  const { routes } = createUserService({ database, tokens, ...overrides, keys, passwords });
  const verifyToken = createTokenVerifier(localKeys(keys), { issuer, audience });
  const server = createServer({
    routes,
    dispatch: createDispatch({ service: 'user', verifyToken, logger: silent }),
    logger: silent,
    ready: () => database.answers(),
    trustedProxies: 'loopback',
  });
  const url = await server.listen({ host: '127.0.0.1', port: 0 });

  const call = async (
    method: string,
    path: string,
    { body, token, from }: CallOptions = {},
  ): Promise<Answer> => {
    const headers: Record<string, string> = {};
    if (body !== undefined) headers['content-type'] = 'application/json';
    if (token !== undefined) headers.authorization = `Bearer ${token}`;
    if (from !== undefined) headers['x-forwarded-for'] = from;
    const response = await fetch(url + path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text ? JSON.parse(text) : undefined };
  };
  const login = (username: string, secret = password, from?: string) =>
    call('POST', '/api/users/login', { body: { username, password: secret }, from });
  const register = (username: string, email = `${username}@example.com`) =>
    call('POST', '/api/users/register', { body: { username, email, password } });

  return {
    url,
    database,
    keys,
    passwords,
    routes,
    call,
    login,
    register,
    newUser: async (username: string): Promise<TestUser> => {
      assert.equal((await register(username)).status, 201);
      const { body } = await login(username);
      return { ...body.user, token: body.token };
    },
    newAdmin: async (username: string): Promise<TestUser> => {
      await ensureAdmin({ database, passwords }, { username, email: `${username}@example.com`, password });
      const { body } = await login(username);
      return { ...body.user, token: body.token };
    },
    outbox: async (subject?: string): Promise<ShopEvent[]> => {
      const { rows } = await database.query<{ event: string }>('select event from outbox order by position');
      const events = rows.map((row) => parseEvent(JSON.parse(row.event)));
      return subject === undefined ? events : events.filter((event) => event.subject === subject);
    },
    close: async () => {
      await server.close();
      await database.close();
    },
  };
}

/** The problem document of an answer, checked for form; its fields by name. */
export function problemFields(answer: Answer, status: number): string[] {
  assert.equal(answer.status, status, JSON.stringify(answer.body));
  assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/);
  assert.equal(answer.body.status, status);
  return (answer.body.errors ?? []).map((error: { field: string }) => error.field);
}
