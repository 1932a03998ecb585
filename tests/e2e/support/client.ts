import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { deployedUrl, remember } from './deployed.ts';
import { shopOn, uniqueName, waitFor } from './shop.ts';

/** How long an order may take to get where it should; on stand-ins of a cloud under load that is long. */
const patienceMs = shopOn === 'local' ? 30_000 : 90_000;

/** How often a request that was one too many is sent again. */
const patientTimes = 5;

export interface Answer<Body = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

export interface ApiOptions {
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

export interface OrderView {
  readonly orderId: string;
  readonly status: string;
  readonly reason?: string;
  readonly totalAmount: number;
  readonly timeline: readonly { readonly status: string; readonly at: string }[];
}

export interface Buyer {
  readonly id: string;
  readonly username: string;
  readonly email: string;
  readonly password: string;
  readonly token: string;
}

/** Speaks HTTP with a shop, wherever it runs. */
export function createClient(baseUrl: string) {
  const call = async <Body = Record<string, unknown>>(
    method: string,
    path: string,
    options: ApiOptions = {},
  ): Promise<Answer<Body>> => {
    let answer = await attempt<Body>(method, path, options);
    // The suites are one caller with much to ask: where somebody else sets the limit, they wait as a caller should.
    for (let more = 0; deployedUrl !== undefined && answer.status === 429 && more < patientTimes; more += 1) {
      await sleep(Number(answer.headers.get('retry-after') ?? 1) * 1_000);
      answer = await attempt<Body>(method, path, options);
    }
    remember(method, path, answer.status, answer.body);
    return answer;
  };

  const attempt = async <Body>(
    method: string,
    path: string,
    { token, body, headers = {} }: ApiOptions,
  ): Promise<Answer<Body>> => {
    const response = await fetch(`${baseUrl}${path}`, {
      method,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
      signal: AbortSignal.timeout(30_000),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: parse(text) as Body };
  };

  const login = async (username: string, password: string): Promise<string> => {
    const { body } = await call<{ token: string }>('POST', '/api/users/login', {
      body: { username, password },
    });
    return body.token;
  };

  const order = async (orderId: string, token: string) =>
    (await call<OrderView>('GET', `/api/orders/${orderId}`, { token })).body;

  return {
    call,
    login,
    order,
    buyer: async (): Promise<Buyer> => {
      const username = uniqueName('buyer');
      const account = {
        username,
        email: `${username}@example.com`,
        password: randomBytes(12).toString('hex'),
      };
      const { status, body } = await call<{ id: string }>('POST', '/api/users/register', { body: account });
      if (status !== 201) throw new Error(`register answered ${status} ${JSON.stringify(body)}`);
      return { ...account, id: body.id, token: await login(username, account.password) };
    },
    /** Makes a product and waits until it can be ordered. */
    product: async (adminToken: string, stock: number, fields: object = {}): Promise<string> => {
      const sku = uniqueName('sku');
      const product = {
        sku,
        name: `Thing ${sku}`,
        category: 'Tests',
        price: 1_250,
        currency: 'EUR',
        ...fields,
      };
      const made = await call<{ id: string }>('POST', '/api/products', { token: adminToken, body: product });
      if (made.status !== 201)
        throw new Error(`a product answered ${made.status} ${JSON.stringify(made.body)}`);
      const { id } = made.body;
      await waitFor(async () => {
        const put = await call('PUT', `/api/inventory/${id}`, {
          token: adminToken,
          body: { available: stock },
        });
        return put.status === 200;
      }, 20_000);
      // The order service hears of it by an event of its own. A total that nobody asked for makes no order: it is
      // refused with 409 once the product is known.
      await waitFor(async () => {
        const body = { items: [{ productId: id, quantity: 1 }], totalAmount: product.price + 1 };
        return (await call('POST', '/api/orders', { token: adminToken, body })).status === 409;
      }, 20_000);
      return id;
    },
    place: (
      token: string,
      productId: string,
      more: Readonly<Record<string, unknown>> & { quantity?: number; key?: string } = {},
    ) => {
      const { quantity = 1, key, ...fields } = more;
      return call<{ orderId: string; status: string }>('POST', '/api/orders', {
        token,
        body: { items: [{ productId, quantity }], ...fields },
        headers: key === undefined ? {} : { 'idempotency-key': key },
      });
    },
    /** Waits until an order is in one of these states. */
    until: async (orderId: string, token: string, ...statuses: string[]): Promise<OrderView> => {
      let last: OrderView | undefined;
      await waitFor(async () => {
        last = await order(orderId, token);
        return statuses.includes(last.status);
      }, patienceMs).catch((error: Error) => {
        throw new Error(`${orderId} is ${last?.status}, not ${statuses.join(' or ')}: ${error.message}`);
      });
      return last as OrderView;
    },
  };
}

export type Client = ReturnType<typeof createClient>;

function parse(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
}
