import { isAtRest } from '../../functions/order/order.ts';
import type { OrderFact, ShopFacts } from './facts.ts';

export interface Finding {
  /** The number of the invariant in docs/architecture.md. */
  readonly invariant: 1 | 2 | 3 | 4;
  readonly problem: string;
}

/** Everything that is not as it must always be; empty when the shop is right. Meant for a shop at rest. */
export function checkInvariants(facts: ShopFacts): Finding[] {
  return [...checkStates(facts), ...checkStock(facts), ...checkMoney(facts), ...checkEvents(facts)];
}

/** 1: every accepted order is in exactly one state of rest, and came to rest once. */
function checkStates({ orders, queued, deadLetters }: ShopFacts): Finding[] {
  const found: Finding[] = [];
  for (const { orderId, status, timeline } of orders) {
    if (!isAtRest(status)) found.push({ invariant: 1, problem: `${orderId} is still ${status}` });
    if (timeline.at(-1) !== status || new Set(timeline).size !== timeline.length) {
      found.push({ invariant: 1, problem: `${orderId} is ${status} but went ${timeline.join(' → ')}` });
    }
  }
  if (queued > 0) found.push({ invariant: 1, problem: `${queued} messages are still waiting` });
  if (deadLetters > 0) found.push({ invariant: 1, problem: `${deadLetters} messages were given up` });
  return found;
}

/** 2: available + reserved + sold = stocked, none negative, and sold is what confirmed orders hold. */
function checkStock({ stocks, reservations, orders }: ShopFacts): Finding[] {
  const found: Finding[] = [];
  const held = { reserved: new Map<string, number>(), sold: new Map<string, number>() };
  const resting = new Map(orders.map(({ orderId, status }) => [orderId, isAtRest(status)]));
  for (const { productId, orderId, quantity, state } of reservations) {
    if (state === 'reserved' || state === 'sold') add(held[state], productId, quantity);
    if (state === 'reserved' && resting.get(orderId) !== false) {
      found.push({
        invariant: 2,
        problem: `${productId}: ${orderId} is at rest and still holds ${quantity}`,
      });
    }
  }
  const confirmed = new Map<string, number>();
  for (const order of orders.filter(({ status }) => status === 'confirmed')) {
    for (const { productId, quantity } of order.items) add(confirmed, productId, quantity);
  }
  for (const { productId, available, reserved, sold, stocked } of stocks) {
    const fail = (problem: string) => found.push({ invariant: 2, problem: `${productId}: ${problem}` });
    if (available + reserved + sold !== stocked) {
      fail(`${available} available + ${reserved} reserved + ${sold} sold is not ${stocked} stocked`);
    }
    if (Math.min(available, reserved, sold, stocked) < 0) fail('a number is below zero');
    if ((held.reserved.get(productId) ?? 0) !== reserved) {
      fail(`${reserved} reserved, but orders hold ${held.reserved.get(productId) ?? 0}`);
    }
    if ((held.sold.get(productId) ?? 0) !== sold) {
      fail(`${sold} sold, but orders bought ${held.sold.get(productId) ?? 0}`);
    }
    if ((confirmed.get(productId) ?? 0) !== sold) {
      fail(`${sold} sold, but confirmed orders have ${confirmed.get(productId) ?? 0}`);
    }
  }
  return found;
}

/** 3: captured − refunded is the total of the confirmed orders: order by order, in our books and the provider's. */
function checkMoney({ orders, payments, charges }: ShopFacts): Finding[] {
  const found: Finding[] = [];
  const owed = new Map(orders.map((order) => [order.orderId, dueOf(order)]));
  const ours = new Map(payments.map(({ orderId, captured, refunded }) => [orderId, captured - refunded]));
  const theirs = charges && new Map(charges.map(({ orderId, held }) => [orderId, held]));
  const all = new Set([...owed.keys(), ...ours.keys(), ...(theirs?.keys() ?? [])]);
  for (const orderId of all) {
    const due = owed.get(orderId) ?? 0;
    const kept = ours.get(orderId) ?? 0;
    if (kept !== due) {
      found.push({ invariant: 3, problem: `${orderId} must have paid ${due}, and our books keep ${kept}` });
    }
    const held = theirs?.get(orderId) ?? 0;
    if (theirs && held !== due) {
      found.push({
        invariant: 3,
        problem: `${orderId} must have paid ${due}, and the provider holds ${held}`,
      });
    }
  }
  return found;
}

const dueOf = ({ status, total }: OrderFact) => (status === 'confirmed' ? total : 0);

/**
 * 4: what an order became was said, once, and nothing was said of an order that does not exist; as far back as the
 * bus remembers.
 */
function checkEvents({ orders, events, eventsSince }: ShopFacts): Finding[] {
  const found: Finding[] = [];
  const known = new Set(orders.map(({ orderId }) => orderId));
  for (const { orderId, timeline, placedAt } of orders) {
    if (placedAt < eventsSince) continue;
    const said = events.get(orderId) ?? {};
    if (!said['order.placed'])
      found.push({ invariant: 4, problem: `order.placed was never said of ${orderId}` });
    for (const status of ['confirmed', 'rejected', 'cancelled'] as const) {
      const count = said[`order.${status}`] ?? 0;
      const expected = timeline.includes(status) ? 1 : 0;
      if (count !== expected) {
        found.push({
          invariant: 4,
          problem: `order.${status} was said ${count} times of ${orderId}, not ${expected}`,
        });
      }
    }
  }
  for (const orderId of events.keys()) {
    if (!known.has(orderId))
      found.push({ invariant: 4, problem: `events speak of ${orderId}, which does not exist` });
  }
  return found;
}

function add(sums: Map<string, number>, key: string, number: number): void {
  sums.set(key, (sums.get(key) ?? 0) + number);
}
