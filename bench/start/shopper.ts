import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

/** Somebody who registers at the first visit, logs in at each, and buys something. */
export interface Shopper {
  /** Resolves when an order is confirmed; until then every step is tried again. */
  buy(signal: AbortSignal): Promise<void>;
}

/** From one try to the next, in milliseconds. */
const pauseMs = 20;

export function openShopper(url: string): Shopper {
  const account = {
    username: `shopper-${randomBytes(4).toString('hex')}`,
    password: randomBytes(12).toString('hex'),
  };
  let registered = false;

  const call = async <Body>(method: string, path: string, body?: object, token?: string) => {
    const response = await fetch(url + path, {
      method,
      headers: {
        ...(body && { 'content-type': 'application/json' }),
        ...(token && { authorization: `Bearer ${token}` }),
      },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(5_000),
    });
    const answer = (await response.json()) as Body;
    if (!response.ok)
      throw new Error(`${method} ${path} answered ${response.status} ${JSON.stringify(answer)}`);
    return answer;
  };

  const steps = async () => {
    if (!registered) {
      await call('POST', '/api/users/register', { ...account, email: `${account.username}@example.com` });
      registered = true;
    }
    const { token } = await call<{ token: string }>('POST', '/api/users/login', account);
    const { items } = await call<{ items: { id: string }[] }>('GET', '/api/products?limit=1');
    const [product] = items;
    if (!product) throw new Error('there is no product yet');
    const order = { items: [{ productId: product.id, quantity: 1 }] };
    const { orderId } = await call<{ orderId: string }>('POST', '/api/orders', order, token);
    return async () =>
      (await call<{ status: string }>('GET', `/api/orders/${orderId}`, undefined, token)).status;
  };

  return {
    buy: async (signal) => {
      const status = await untilDone(steps, signal);
      await untilDone(async () => {
        const now = await status();
        if (now !== 'confirmed') throw new Error(`the order is ${now}`);
      }, signal);
    },
  };
}

async function untilDone<Result>(work: () => Promise<Result>, signal: AbortSignal): Promise<Result> {
  for (let last: unknown; ; await sleep(pauseMs)) {
    if (signal.aborted) throw new Error(`${signal.reason.message}\nlast: ${last}`, { cause: signal.reason });
    try {
      return await work();
    } catch (error) {
      last = error;
    }
  }
}
