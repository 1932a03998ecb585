import { setTimeout as sleep } from 'node:timers/promises';
import type { OrderFact } from '../../../local/verify/facts.ts';
import type { OrderStatus } from '../../../runtime/contracts/api/order.ts';
import { type Answer, type Client, createClient, type OrderView } from './client.ts';
import { introduce, introduceAdmin, type Person } from './people.ts';
import { type LocalShop, uniqueName } from './shop.ts';

export interface LoadOptions {
  /** Each places one order after the other. @default 8 */
  readonly buyers?: number;
  /** The longest that a buyer waits between two orders, in milliseconds. @default 60 */
  readonly pauseMs?: number;
  /**
   * 5xx other than 503 that the fault at hand may cause: 502 when the process behind the gateway is killed while
   * it answers. @default none
   */
  readonly tolerated?: readonly number[];
}

/** An order that was answered with 201, and how it may end. */
export interface Accepted {
  readonly orderId: string;
  readonly buyer: Person;
  readonly endings: readonly OrderStatus[];
}

/** A product as the last answered change left it. */
export interface Repriced {
  readonly productId: string;
  readonly price: number;
  readonly version: number;
}

export interface LoadResult {
  readonly accepted: readonly Accepted[];
  /** What no client should ever see. */
  readonly violations: readonly string[];
  /** Answers of 503. */
  readonly unavailable: number;
  /** Requests without any answer: the gateway was away. */
  readonly unanswered: number;
  readonly products: readonly Repriced[];
}

export interface Load {
  /** So far. */
  accepted(): number;
  /** Ends it: every request under way is repeated until it is answered. */
  stop(): Promise<LoadResult>;
}

interface Wish {
  readonly items: readonly { readonly productId: string; readonly quantity: number }[];
  readonly paymentMethod: string;
  readonly endings: readonly OrderStatus[];
  readonly cancel?: 'at once' | 'when at rest';
}

/** A client that is sure of its order gives up after so long without an answer, in milliseconds. */
const insistMs = 45_000;
/** `pm_sim_timeout` makes the saga wait for two seconds; more of them would only measure that. */
const timeoutEveryMs = 8_000;

/**
 * Buyers who place, repeat and cancel orders of every kind, and a merchant who changes prices and restocks, until
 * stopped. They behave as a good client should: a request that was not answered is repeated with the same key.
 */
export async function startLoad(shop: LocalShop, options: LoadOptions = {}): Promise<Load> {
  const { buyers = 8, pauseMs = 60, tolerated = [] } = options;
  const client = createClient(shop.url);
  const admin = await introduceAdmin(shop);
  const people = await introduce(shop, buyers);
  const ample = await Promise.all([1, 2, 3].map(() => client.product(admin.token, 100_000)));
  const scarce = await client.product(admin.token, 5);
  const accepted: Accepted[] = [];
  const violations: string[] = [];
  const counts = { unavailable: 0, unanswered: 0 };
  let stopped = false;
  let timeoutAt = Date.now();

  /** Asks until it is answered with anything but 5xx. Undefined when that took too long. */
  const insist = async <Body>(
    method: string,
    path: string,
    request: Parameters<Client['call']>[2],
  ): Promise<Answer<Body> | undefined> => {
    for (const deadline = Date.now() + insistMs; Date.now() < deadline; ) {
      const answer = await client.call<Body>(method, path, request).catch(() => undefined);
      if (answer && answer.status < 500) return answer;
      if (!answer) counts.unanswered += 1;
      else if (answer.status === 503) {
        counts.unavailable += 1;
        if (!answer.headers.has('retry-after')) violations.push(`${method} ${path}: 503 without Retry-After`);
      } else if (!tolerated.includes(answer.status)) {
        violations.push(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
      }
      await sleep(100 + Math.random() * 200);
    }
    return undefined;
  };

  const wish = (): Wish => {
    const [one = '', two = '', three = ''] = ample;
    const single = [{ productId: pick(ample), quantity: 1 + Math.floor(Math.random() * 3) }];
    const dice = Math.random();
    if (dice < 0.08)
      return { ...normal(single), paymentMethod: 'pm_card_chargeDeclined', endings: ['rejected'] };
    if (dice < 0.16) return { ...normal(single), cancel: 'at once' };
    if (dice < 0.22) return { ...normal(single), cancel: 'when at rest' };
    if (dice < 0.3) return { ...normal(single), paymentMethod: 'pm_sim_flaky' };
    if (dice < 0.4) {
      const items = [one, two, three].map((productId) => ({ productId, quantity: 1 }));
      return normal(items);
    }
    if (dice < 0.5) {
      const items = [one, scarce, two].map((productId) => ({ productId, quantity: 2 }));
      return { ...normal(items), endings: ['confirmed', 'rejected'] };
    }
    if (dice < 0.55 && Date.now() > timeoutAt) {
      timeoutAt = Date.now() + timeoutEveryMs;
      return { ...normal(single), paymentMethod: 'pm_sim_timeout' };
    }
    return normal(single);
  };

  const cancel = async (orderId: string, { token }: Person, when: Wish['cancel']) => {
    if (when === 'when at rest') {
      for (const deadline = Date.now() + 5_000; Date.now() < deadline && !stopped; await sleep(50)) {
        const found = await insist<OrderView>('GET', `/api/orders/${orderId}`, { token });
        if (found?.status !== 200) {
          violations.push(`${orderId} was accepted, and GET answers ${found?.status}`);
          return undefined;
        }
        if (found.body.status === 'confirmed') break;
      }
    }
    const answer = await insist<OrderView>('POST', `/api/orders/${orderId}/cancel`, { token });
    if (answer?.status === 200) return ['cancelled'] as const;
    if (answer) violations.push(`cancel ${orderId}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return undefined;
  };

  const buyOnce = async (buyer: Person) => {
    const { items, paymentMethod, endings, cancel: when } = wish();
    const request = {
      token: buyer.token,
      body: { items, paymentMethod },
      headers: { 'idempotency-key': uniqueName('key') },
    };
    const answer = await insist<{ orderId: string }>('POST', '/api/orders', request);
    if (!answer) return;
    if (answer.status !== 201) {
      violations.push(`POST /api/orders: ${answer.status} ${JSON.stringify(answer.body)}`);
      return;
    }
    const { orderId } = answer.body;
    const index = accepted.push({ orderId, buyer, endings }) - 1;
    if (Math.random() < 0.1) {
      const again = await insist<{ orderId: string }>('POST', '/api/orders', request);
      if (again && again.body.orderId !== orderId)
        violations.push(`one key, two orders: ${orderId} and ${JSON.stringify(again.body)}`);
    }
    if (!when) return;
    // Until the cancel is answered, both ends are right.
    accepted[index] = { orderId, buyer, endings: [...endings, 'cancelled'] };
    const ends = await cancel(orderId, buyer, when);
    if (ends) accepted[index] = { orderId, buyer, endings: ends };
  };

  const buy = async (buyer: Person) => {
    while (!stopped) {
      await buyOnce(buyer);
      await sleep(Math.random() * pauseMs);
    }
  };

  /** Gives the outboxes and the restock something to do. */
  const trade = async (): Promise<Repriced[]> => {
    const products = new Map<string, Repriced>();
    for (let round = 1; !stopped; round += 1) {
      const productId = pick(ample);
      const { token } = admin;
      const body = {
        sku: `load-${productId.slice(-12)}`,
        name: `Thing of round ${round}`,
        category: 'Tests',
        price: 1_000 + round,
        currency: 'EUR',
      };
      const answer = await insist<{ price: number; version: number }>('PUT', `/api/products/${productId}`, {
        token,
        body,
      });
      if (answer && answer.status !== 200) violations.push(`PUT product: ${answer.status}`);
      if (answer?.status === 200) {
        products.set(productId, { productId, price: answer.body.price, version: answer.body.version });
      }
      if (round % 5 === 0) {
        const put = await insist('PUT', `/api/inventory/${scarce}`, { token, body: { adjustBy: 3 } });
        if (put && put.status !== 200) violations.push(`PUT inventory: ${put.status}`);
      }
      await sleep(100 + Math.random() * 100);
    }
    return [...products.values()];
  };

  const buying = people.map(buy);
  const trading = trade();
  return {
    accepted: () => accepted.length,
    stop: async () => {
      stopped = true;
      await Promise.all(buying);
      return { accepted, violations, products: await trading, ...counts };
    },
  };
}

const pick = (from: readonly string[]): string => from[Math.floor(Math.random() * from.length)] ?? '';

const normal = (items: Wish['items']): Wish => ({
  items,
  paymentMethod: 'pm_card_visa',
  endings: ['confirmed'],
});

/** Accepted orders that are not there, or did not end as they had to. */
export function unfulfilled(accepted: readonly Accepted[], orders: readonly OrderFact[]): string[] {
  const found = new Map(orders.map(({ orderId, status }) => [orderId, status]));
  return accepted.flatMap(({ orderId, endings }) => {
    const status = found.get(orderId);
    if (status === undefined) return [`${orderId} was accepted and is lost`];
    return endings.includes(status) ? [] : [`${orderId} is ${status}, not ${endings.join(' or ')}`];
  });
}
