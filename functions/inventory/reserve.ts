import type { EventData, ShopEvent } from '../../runtime/contracts/events/envelope.ts';
import type { StockLine } from '../../runtime/contracts/events/inventory.ts';
import { makeEvent } from '../../runtime/contracts/events/make.ts';
import { RetryLaterError } from '../../runtime/errors.ts';
import type { Document, DocumentReader, Unit, Write } from '../../runtime/ports/documents.ts';
import {
  factsKey,
  lowKey,
  type ProductFacts,
  type Reservation,
  reservationKey,
  type Stock,
  stockKey,
} from './table.ts';

/** One step on the way of an order through its products: each product is a partition, and a unit, of its own. */
export interface ReserveStep {
  readonly order: EventData<'inventory.reserved'>;
  readonly remaining: readonly [StockLine, ...StockLine[]];
}

/** Below this many available pieces the shop says so. */
export const defaultLowStock = 5;

/**
 * Reserves the first remaining line. Then the next step, or `inventory.reserved` after the last. A line that
 * cannot be had is `inventory.rejected`; the order is rejected by that, and what it held is released by
 * `order.rejected`.
 */
export async function reserveLine(
  step: ReserveStep,
  documents: DocumentReader,
  lowStock: number,
): Promise<Unit> {
  const [line, ...rest] = step.remaining;
  const { productId, quantity } = line;
  const { orderId } = step.order;
  const [before, facts, stock, low] = await Promise.all([
    documents.get<Reservation>(reservationKey(productId, orderId)),
    documents.get<ProductFacts>(factsKey(productId)),
    documents.get<Stock>(stockKey(productId)),
    documents.get(lowKey(productId)),
  ]);
  const onward = () => continued(step, rest, before?.version ?? 1);
  if (before) {
    const held = before.body.state === 'reserved' || before.body.state === 'sold';
    const events = held
      ? onward()
      : refused(step, before.body.reason ?? 'the order was cancelled', before.version);
    return { partition: productId, writes: [], events };
  }
  if (!facts || !stock) throw new RetryLaterError(`product ${productId} is not known here yet`, 200);

  const id = `reservation/${orderId}`;
  const reason = refusal(facts, stock, quantity);
  if (reason !== undefined) {
    const body: Reservation = { orderId, quantity, state: 'rejected', reason };
    return { partition: productId, writes: [{ kind: 'create', id, body }], events: refused(step, reason, 1) };
  }
  const body: Reservation = { orderId, quantity, state: 'reserved' };
  const writes: Write[] = [
    { kind: 'create', id, body },
    { kind: 'adjust', id: 'stock', by: { available: -quantity, reserved: quantity } },
  ];
  const events = onward();
  const left = stock.body.available - quantity;
  if (left < lowStock && !low) {
    // A document made once: of many orders that take the last pieces, one says so, until it is restocked.
    writes.push({ kind: 'create', id: 'low', body: { available: left } });
    events.push(
      makeEvent('inventory.low', productId, stock.version + 1, {
        productId,
        sku: facts.body.sku,
        available: left,
      }),
    );
  }
  return { partition: productId, writes, events };
}

function refusal(
  facts: Document<ProductFacts>,
  stock: Document<Stock>,
  quantity: number,
): string | undefined {
  const name = facts.body.sku || facts.partition;
  if (facts.body.deleted) return `${name} is no longer sold`;
  const { available } = stock.body;
  if (available >= quantity) return undefined;
  return available === 0 ? `${name} is out of stock` : `only ${available} of ${name} left`;
}

function continued({ order }: ReserveStep, rest: readonly StockLine[], version: number): ShopEvent[] {
  if (rest.length === 0) return [makeEvent('inventory.reserved', order.orderId, version, order)];
  return [makeEvent('inventory.reserving', order.orderId, version, { ...order, remaining: [...rest] })];
}

function refused({ order, remaining }: ReserveStep, reason: string, version: number): ShopEvent[] {
  const { orderId } = order;
  const [{ productId }] = remaining;
  return [makeEvent('inventory.rejected', orderId, version, { orderId, productId, reason })];
}
