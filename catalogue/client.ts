import { setTimeout as sleep } from 'node:timers/promises';
import pRetry from 'p-retry';
import { z } from 'zod';
import { product, type productInput } from '../runtime/contracts/api/product.ts';
import { problemSchema } from '../runtime/http/problem.ts';

export type ProductInput = z.input<typeof productInput>;
/** What this client needs of a product; a newer shop may say more. */
const readProduct = z.object(product.shape);
export type Product = z.output<typeof readProduct>;

export interface ShopClientOptions {
  /** Where the shop's API is: `http://127.0.0.1:8080`. */
  readonly url: string;
  /** An administrator's. */
  readonly token: string;
  readonly signal?: AbortSignal;
}

export interface ShopClient {
  findProduct(sku: string): Promise<Product | undefined>;
  /** Undefined when the sku is taken. */
  createProduct(input: ProductInput): Promise<Product | undefined>;
  replaceProduct(id: string, input: ProductInput): Promise<Product>;
  /** Pieces available; undefined while the inventory has not heard of the product. */
  stockOf(productId: string): Promise<number | undefined>;
  /** Waits until the inventory has heard of the product. */
  setStock(productId: string, available: number): Promise<void>;
}

/** An answer that is no success, in the shop's own words. */
export class ShopApiError extends Error {
  override readonly name = 'ShopApiError';
  readonly status: number;
  readonly retryAfterMs: number;

  constructor(status: number, message: string, retryAfterMs = 0) {
    super(message);
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

const requestTimeoutMs = 15_000;
/** Asked to wait for longer than this, the client asks again after it. */
const longestWaitMs = 60_000;
const retries = { retries: 8, minTimeout: 100, maxTimeout: 3_000, randomize: true };
/** The inventory hears of a new product in moments; half a minute is a sign that it does not hear at all. */
const untilHeard = { ...retries, retries: 20, factor: 1.5, maxTimeout: 2_000, maxRetryTime: 30_000 };

export function createShopClient({ url, token, signal }: ShopClientOptions): ShopClient {
  const call = (
    method: string,
    path: string,
    body?: object,
    plan: typeof retries = retries,
    again = isPassing,
  ) =>
    pRetry(() => send(method, new URL(path, url), token, body, signal), {
      ...plan,
      signal,
      // Told to slow down is not failing.
      shouldConsumeRetry: ({ error }) => !(error instanceof ShopApiError && error.status === 429),
      shouldRetry: ({ error }) => again(error),
      onFailedAttempt: async ({ error }) => {
        const wait = error instanceof ShopApiError ? Math.min(error.retryAfterMs, longestWaitMs) : 0;
        if (wait > 0) await sleep(wait, undefined, { signal });
      },
    });
  const onStatus =
    <Value>(status: number, value: Value) =>
    (error: unknown) => {
      if (error instanceof ShopApiError && error.status === status) return value;
      throw error;
    };
  const stockPath = (id: string) => `/api/inventory/${encodeURIComponent(id)}`;

  return {
    async findProduct(sku) {
      const page = await call('GET', `/api/products?sku=${encodeURIComponent(sku)}`);
      return z.object({ items: z.array(readProduct) }).parse(page).items[0];
    },
    async createProduct(input) {
      const made = await call('POST', '/api/products', input).catch(onStatus(409, undefined));
      return made === undefined ? undefined : readProduct.parse(made);
    },
    async replaceProduct(id, input) {
      return readProduct.parse(await call('PUT', `/api/products/${encodeURIComponent(id)}`, input));
    },
    async stockOf(productId) {
      const stock = await call('GET', stockPath(productId)).catch(onStatus(404, undefined));
      return stock === undefined ? undefined : z.object({ available: z.int() }).parse(stock).available;
    },
    async setStock(productId, available) {
      const notHeardOf = (error: Error) =>
        isPassing(error) || (error instanceof ShopApiError && error.status === 404);
      await call('PUT', stockPath(productId), { available }, untilHeard, notHeardOf);
    },
  };
}

/** Every request may be repeated: a product made twice is refused for its sku, and stock is set, not added. */
const isPassing = (error: Error): boolean =>
  error instanceof ShopApiError
    ? [429, 500, 502, 503, 504].includes(error.status)
    : error.name !== 'AbortError';

async function send(
  method: string,
  url: URL,
  token: string,
  body: object | undefined,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  const timeout = AbortSignal.timeout(requestTimeoutMs);
  const answer = await fetch(url, {
    method,
    redirect: 'error',
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body && { 'content-type': 'application/json' }),
    },
    body: body && JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) {
    const retryAfterMs = Number(answer.headers.get('retry-after') ?? 0) * 1_000 || 0;
    throw new ShopApiError(answer.status, explain(answer.status, text), retryAfterMs);
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`${url.origin} does not answer like a shop: ${method} ${url.pathname} gave no JSON`, {
      cause,
    });
  }
}

/** The problem document in one line, fields named. */
function explain(status: number, text: string): string {
  try {
    const { detail, errors = [] } = problemSchema.parse(JSON.parse(text));
    return [detail, ...errors.map(({ field, message }) => `${field} ${message}`)].join(' ');
  } catch {
    return `the answer was ${status}`;
  }
}

/** The token of an administrator by name and password. @throws ShopApiError */
export async function logIn(url: string, username: string, password: string): Promise<string> {
  const answer = await fetch(new URL('/api/users/login', url), {
    method: 'POST',
    redirect: 'error',
    signal: AbortSignal.timeout(requestTimeoutMs),
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new ShopApiError(answer.status, explain(answer.status, text));
  return z.object({ token: z.string() }).parse(JSON.parse(text)).token;
}
