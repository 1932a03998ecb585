import { inventoryTable, type Reservation, type Stock } from '../../functions/inventory/table.ts';
import { type OrderDocument, orderTable } from '../../functions/order/table.ts';
import { type Payment, paymentTable } from '../../functions/payment/payment.ts';
import { paymentProviderTable } from '../../runtime/adapters/shared/simulated-payment.ts';
import type { OrderStatus } from '../../runtime/contracts/api/order.ts';
import type { TableDefinition } from '../../runtime/function-service.ts';
import type { Document } from '../../runtime/ports/documents.ts';
import type { ShopParts } from '../backends/parts.ts';

export interface OrderFact {
  readonly orderId: string;
  readonly status: OrderStatus;
  readonly total: number;
  readonly currency: string;
  readonly items: readonly { readonly productId: string; readonly quantity: number }[];
  readonly timeline: readonly OrderStatus[];
  /** ISO 8601, UTC. */
  readonly placedAt: string;
}

export interface ReservationFact extends Reservation {
  readonly productId: string;
}

/** What the provider's books say was taken from a customer and not given back. */
export interface ChargeFact {
  readonly orderId: string;
  readonly held: number;
}

/** All that the invariants are about, as the four function services and the bus have it now. */
export interface ShopFacts {
  readonly orders: readonly OrderFact[];
  readonly stocks: readonly (Stock & { readonly productId: string })[];
  readonly reservations: readonly ReservationFact[];
  readonly payments: readonly Payment[];
  /** Undefined when the provider is not the simulated one: its books are not ours to read. */
  readonly charges: readonly ChargeFact[] | undefined;
  /** How often each event type was published about an order. */
  readonly events: ReadonlyMap<string, Readonly<Record<string, number>>>;
  /** The bus has forgotten what was said before. ISO 8601, UTC. */
  readonly eventsSince: string;
  readonly queued: number;
  readonly deadLetters: number;
}

/** Every document of a table. */
export type Scan = <Body>(table: TableDefinition) => Promise<Document<Body>[]>;

/** What the bus knows. */
export type BusFacts = Pick<ShopFacts, 'events' | 'eventsSince' | 'queued' | 'deadLetters'>;

/** Reads everything of a running shop through the ports, page by page. */
export async function collectFacts(parts: ShopParts): Promise<ShopFacts> {
  const scan: Scan = async <Body>(table: TableDefinition) => {
    const documents = parts.open(table);
    const found: Document<Body>[] = [];
    let cursor: string | undefined;
    do {
      const page = await documents.scan<Body>({ limit: 1000, cursor });
      found.push(...page.items);
      cursor = page.cursor;
    } while (cursor);
    return found;
  };
  const queued = await parts.countQueued();
  const bus = {
    events: await parts.countEvents(),
    eventsSince: await parts.eventsSince(),
    queued,
    deadLetters: await parts.countDeadLetters(),
  };
  const facts = await factsOf(scan, bus);
  // What was under way while this was read may be in one part of it and not in another.
  return { ...facts, queued: Math.max(queued, await parts.countQueued()) };
}

export async function factsOf(scan: Scan, bus: BusFacts): Promise<ShopFacts> {
  const stored = await scan<OrderDocument>(orderTable);
  const inventory = await scan<Stock | Reservation>(inventoryTable);
  const payments = await scan<Payment>(paymentTable);
  const ledger = await scan<{ refundable: number }>(paymentProviderTable);
  const paidElsewhere = ledger.length === 0 && payments.some(({ body }) => body.captured > 0);
  return {
    ...bus,
    orders: stored.filter(({ id }) => id === 'order').map(({ body }) => orderFact(body)),
    stocks: inventory
      .filter(({ id }) => id === 'stock')
      .map(({ partition, body }) => ({ ...(body as Stock), productId: partition })),
    reservations: inventory
      .filter(({ id }) => id.startsWith('reservation/'))
      .map(({ partition, body }) => ({ ...(body as Reservation), productId: partition })),
    payments: payments.map(({ body }) => body),
    charges: paidElsewhere
      ? undefined
      : ledger
          .filter(({ id }) => id === 'charge')
          .map(({ partition, body }) => ({ orderId: partition, held: body.refundable })),
  };
}

function orderFact({ orderId, status, total, currency, items, timeline }: OrderDocument): OrderFact {
  return {
    orderId,
    status,
    total,
    currency,
    items,
    timeline: timeline.map((entry) => entry.status),
    placedAt: timeline[0]?.at ?? '',
  };
}
