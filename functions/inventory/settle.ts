import type { ShopEvent } from '../../runtime/contracts/events/envelope.ts';
import type { StockLine } from '../../runtime/contracts/events/inventory.ts';
import { makeEvent } from '../../runtime/contracts/events/make.ts';
import type { Document, DocumentReader, Unit, Write } from '../../runtime/ports/documents.ts';
import { type Reservation, reservationKey } from './table.ts';

export interface SettleStep {
  readonly orderId: string;
  readonly to: 'sold' | 'released';
  readonly remaining: readonly [StockLine, ...StockLine[]];
}

/** Brings what an order holds of its first remaining product to its end, and goes on to the next. */
export async function settleLine(step: SettleStep, documents: DocumentReader): Promise<Unit> {
  const { orderId, to } = step;
  const [{ productId, quantity }, ...rest] = step.remaining;
  const found = await documents.get<Reservation>(reservationKey(productId, orderId));
  const events: ShopEvent[] = [];
  const version = (found?.version ?? 0) + 1;
  if (rest.length > 0) {
    events.push(makeEvent('inventory.settling', orderId, version, { orderId, to, remaining: rest }));
  } else if (to === 'released') events.push(makeEvent('inventory.released', orderId, version, { orderId }));
  return { partition: productId, writes: settlement(found, orderId, quantity, to), events };
}

function settlement(
  found: Document<Reservation> | undefined,
  orderId: string,
  quantity: number,
  to: SettleStep['to'],
): Write[] {
  const id = `reservation/${orderId}`;
  if (!found) {
    // Given up before it was reserved: a reservation that comes after this finds that it is too late.
    const body: Reservation = { orderId, quantity, state: 'released' };
    return to === 'released' ? [{ kind: 'create', id, body }] : [];
  }
  const { state } = found.body;
  const held = state === 'reserved' || (state === 'sold' && to === 'released');
  if (!held) return [];
  const pieces = found.body.quantity;
  const by = { [state]: -pieces, [to === 'sold' ? 'sold' : 'available']: pieces };
  return [
    { kind: 'replace', id, version: found.version, body: { ...found.body, state: to } },
    { kind: 'adjust', id: 'stock', by },
  ];
}
