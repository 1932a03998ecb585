import { generateKeyPairSync } from 'node:crypto';
import jwt from 'jsonwebtoken';
import pino from 'pino';
import { createLocalCache, type LocalCache } from '../../../runtime/adapters/local/cache.ts';
import type { Product } from '../../../runtime/contracts/api/product.ts';
import type { ShopEvent } from '../../../runtime/contracts/events/envelope.ts';
import { createDispatch } from '../../../runtime/http/dispatch.ts';
import { createServer } from '../../../runtime/http/server.ts';
import { createTokenVerifier } from '../../../runtime/http/token.ts';
import type { Database } from '../../../runtime/sql/pool.ts';
import { connectProductDatabase, migrateProductDatabase } from '../../../services/product/database.ts';
import { createProductService } from '../../../services/product/service.ts';
import { freshDatabase } from '../../support/postgres.ts';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const rules = { issuer: 'http://shop.test', audience: 'shop' };

const tokenOf = (role: 'admin' | 'customer') =>
  jwt.sign({ username: role, role }, privateKey, {
    ...rules,
    algorithm: 'RS256',
    keyid: 'test',
    subject: `USR-${role}`,
    expiresIn: 600,
  });
export const tokens = { admin: tokenOf('admin'), customer: tokenOf('customer') };

export interface List {
  readonly items: Product[];
  readonly nextCursor: string | null;
  readonly capped?: boolean;
}

export interface Answer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

export interface Problem {
  readonly detail: string;
  readonly errors?: { field: string; message: string }[];
}

export interface RunningService {
  readonly url: string;
  readonly database: Database;
  readonly cache: LocalCache;
  /** As an administrator, unless `token` says otherwise. An object goes as JSON, text as it is. */
  call<Body = Problem>(method: string, path: string, options?: CallOptions): Promise<Answer<Body>>;
  list(query?: string): Promise<List>;
  create(input?: Partial<Product>): Promise<Product>;
  /** What waits in the outbox, the oldest first. */
  events(): Promise<ShopEvent[]>;
  stop(): Promise<void>;
}

export interface CallOptions {
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly token?: string | null;
}

let numbered = 0;

/** A right product, all of its fields given, with a sku of its own. */
export function input(given: Partial<Product> = {}) {
  numbered += 1;
  return {
    sku: `T-${numbered}`,
    name: `Thing ${numbered}`,
    description: 'A thing for a test.',
    category: 'Things',
    price: 1000 + numbered,
    currency: 'EUR',
    tags: ['test'],
    ...given,
  };
}

/** The product service over real HTTP, on a PostgreSQL database of its own unless one is given. */
export async function startService(
  options: { cacheTtlMs?: number; searchCandidates?: number; database?: Database } = {},
): Promise<RunningService> {
  const database = options.database ?? (await freshProductDatabase());
  const cache = createLocalCache();
  const logger = pino({ level: 'silent' });
  const { routes } = createProductService({ cacheTtlMs: 60_000, ...options, database, cache });
  const verifyToken = createTokenVerifier(async (kid) => (kid === 'test' ? publicKey : undefined), rules);
  const dispatch = createDispatch({ service: 'product', verifyToken, logger });
  const server = createServer({ routes, dispatch, logger, ready: () => database.answers() });
  const url = await server.listen({ host: '127.0.0.1', port: 0 });

  const service: RunningService = {
    url,
    database,
    cache,
    async call<Body>(
      method: string,
      path: string,
      { body, headers, token = tokens.admin }: CallOptions = {},
    ) {
      const answer = await fetch(url + path, {
        method,
        headers: {
          ...(token !== null && { authorization: `Bearer ${token}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
      });
      const text = await answer.text();
      return {
        status: answer.status,
        headers: answer.headers,
        body: (text === '' ? undefined : JSON.parse(text)) as Body,
      };
    },
    async list(query = '') {
      const { status, body } = await service.call<List & Problem>('GET', `/api/products${query}`, {
        token: null,
      });
      if (status !== 200) throw new Error(`${query}: ${status} ${JSON.stringify(body)}`);
      return body;
    },
    async create(given) {
      const answer = await service.call<Product & Problem>('POST', '/api/products', { body: input(given) });
      if (answer.status !== 201) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
      return answer.body;
    },
    async events() {
      const { rows } = await database.query<{ event: string }>('select event from outbox order by position');
      return rows.map((row) => JSON.parse(row.event) as ShopEvent);
    },
    async stop() {
      await server.close();
      await database.close();
    },
  };
  return service;
}

async function freshProductDatabase(): Promise<Database> {
  const url = await freshDatabase();
  await migrateProductDatabase(url);
  return connectProductDatabase(url);
}

/** Runs an insert of the numbers $1 to $2, each piece within the time that a statement has on a busy machine too. */
export async function fillInPieces(database: Database, count: number, insert: string): Promise<void> {
  const piece = 5_000;
  for (let from = 1; from <= count; from += piece) {
    await database.query(insert, [from, Math.min(from + piece - 1, count)]);
  }
}
