import { setTimeout as sleep } from 'node:timers/promises';
import { isAtRest } from '../../functions/order/order.ts';
import type { ShopParts } from '../backends/parts.ts';
import { collectFacts, type ShopFacts } from './facts.ts';
import { checkInvariants, type Finding } from './invariants.ts';

export interface Verdict {
  readonly facts: ShopFacts;
  readonly findings: readonly Finding[];
}

/**
 * Waits for the shop to come to rest, at most `restMs`, and checks what must always hold.
 * @param parts closed at the end
 */
export async function verifyShop(parts: ShopParts, restMs: number): Promise<Verdict> {
  try {
    const deadline = Date.now() + restMs;
    for (;;) {
      // Reading everything takes from what the shop needs to come to rest.
      while (Date.now() < deadline && (await parts.countQueued()) > 0) await sleep(200);
      const facts = await collectFacts(parts);
      const moving = facts.queued > 0 || facts.orders.some(({ status }) => !isAtRest(status));
      if (!moving || Date.now() > deadline) return { facts, findings: checkInvariants(facts) };
      await sleep(200);
    }
  } finally {
    await parts.close();
  }
}

/** What was counted, for a person to read. */
export function summaryOf({ orders, stocks, reservations, payments, deadLetters }: ShopFacts): string {
  const count = (status: string) => orders.filter((order) => order.status === status).length;
  const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
  const captured = sum(payments.map((payment) => payment.captured));
  const refunded = sum(payments.map((payment) => payment.refunded));
  const due = sum(orders.filter(({ status }) => status === 'confirmed').map(({ total }) => total));
  const pieces = (key: 'available' | 'reserved' | 'sold' | 'stocked') =>
    sum(stocks.map((stock) => stock[key]));
  return [
    `orders    ${orders.length}: ${count('confirmed')} confirmed, ${count('rejected')} rejected, ${count('cancelled')} cancelled, ${orders.filter(({ status }) => !isAtRest(status)).length} on their way`,
    `stock     ${stocks.length} products: ${pieces('available')} available + ${pieces('reserved')} reserved + ${pieces('sold')} sold of ${pieces('stocked')} stocked, in ${reservations.length} reservations`,
    `money     ${captured} captured − ${refunded} refunded = ${captured - refunded}; confirmed orders come to ${due} (minor units)`,
    `messages  ${deadLetters} given up`,
  ].join('\n');
}
