import { createHash } from 'node:crypto';
import type { placeOrder } from '../../runtime/contracts/api/order.ts';
import type { OrderLine } from '../../runtime/contracts/events/order.ts';
import { ConflictError } from '../../runtime/errors.ts';
import {
  conflict,
  type FieldError,
  forbidden,
  ProblemError,
  unprocessable,
} from '../../runtime/http/problem.ts';
import type { ApiRequest, Reply } from '../../runtime/http/route.ts';
import { newId } from '../../runtime/ids.ts';
import { type Clock, isoTime } from '../../runtime/ports/clock.ts';
import type { Document, Documents } from '../../runtime/ports/documents.ts';
import { faultPoint } from '../../runtime/telemetry/faults.ts';
import { orderPlaced } from './events.ts';
import { newOrder, totalOf } from './order.ts';
import { type CatalogueEntry, orderKey, productKey, type RequestRecord, requestKey } from './table.ts';

export interface PlaceDependencies {
  readonly documents: Documents;
  readonly clock: Clock;
  /** What an order without a payment method is paid with; absent in production, where one must be named. */
  readonly defaultPaymentMethod?: string;
}

type PlaceRequest = ApiRequest<typeof placeOrder>;

/** The largest total, in minor units: what `minorUnits` of the contract allows. */
const maxTotal = 1_000_000_000_000;

/** Accepts an order: from here on it is never lost. */
export async function place(request: PlaceRequest, dependencies: PlaceDependencies): Promise<Reply> {
  const { documents, clock } = dependencies;
  const { body, user } = request;
  if (body.userId !== undefined && body.userId !== user.id) {
    throw forbidden('An order can only be placed for oneself: userId is not the caller’s.');
  }
  const key = request.headers['idempotency-key'];
  const paymentMethod = body.paymentMethod ?? dependencies.defaultPaymentMethod;
  const [record, entries] = await Promise.all([
    key === undefined ? undefined : documents.get<RequestRecord>(requestKey(user.id, key)),
    Promise.all(body.items.map((item) => documents.get<CatalogueEntry>(productKey(item.productId)))),
  ]);
  const bodyHash = hashOf(body);
  if (record) {
    checkSameBody(record.body, bodyHash);
    if (await documents.get(orderKey(record.body.orderId))) return accepted(record.body.orderId);
  }
  const { items, currency } = priceItems(body.items, entries);
  checkTotal(totalOf(items), body.totalAmount);
  if (paymentMethod === undefined) throw invalid('paymentMethod', 'is needed: name how the order is paid');

  let orderId = record?.body.orderId ?? `ORD-${newId(clock.now())}`;
  if (key !== undefined && !record) orderId = await claimKey(documents, user.id, key, orderId, bodyHash);
  const order = newOrder({ orderId, userId: user.id, items, currency, paymentMethod }, isoTime(clock));
  faultPoint('http.before-commit');
  await documents
    .commit({
      partition: orderId,
      writes: [{ kind: 'create', id: 'order', body: { kind: 'order', ...order } }],
      events: [orderPlaced(order, 1)],
    })
    .catch((error: unknown) => {
      // The same key, a moment ago: that order stands.
      if (!(key !== undefined && error instanceof ConflictError)) throw error;
    });
  faultPoint('http.after-commit');
  return accepted(orderId);
}

const accepted = (orderId: string): Reply => ({
  status: 201,
  body: { orderId, status: 'pending' },
  headers: { location: `/api/orders/${orderId}` },
});

const invalid = (field: string, message: string) =>
  new ProblemError(400, 'The request is not valid.', { errors: [{ field, message }] });

/** Names the order that a key stands for: ours, or that of whoever came first with it. */
async function claimKey(
  documents: Documents,
  userId: string,
  key: string,
  orderId: string,
  bodyHash: string,
): Promise<string> {
  const at = requestKey(userId, key);
  const body: RequestRecord = { kind: 'request', orderId, bodyHash };
  try {
    await documents.commit({ partition: at.partition, writes: [{ kind: 'create', id: at.id, body }] });
    return orderId;
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    const first = await documents.get<RequestRecord>(at);
    if (!first) throw error;
    checkSameBody(first.body, bodyHash);
    return first.body.orderId;
  }
}

function checkSameBody(record: RequestRecord, bodyHash: string): void {
  if (record.bodyHash === bodyHash) return;
  throw unprocessable('This Idempotency-Key was used with another body: take a new key for a new order.', [
    { field: 'Idempotency-Key', message: 'was used with another body' },
  ]);
}

function checkTotal(total: number, expected: number | undefined): void {
  if (total > maxTotal) throw invalid('items', 'come to more than one order may cost');
  if (expected === undefined || expected === total) return;
  throw conflict('The price is not what was expected: look at it again and repeat the order.', [
    { field: 'totalAmount', message: `the items cost ${total} now` },
  ]);
}

/** The lines with the prices of now. @throws ProblemError that names each item that cannot be ordered */
function priceItems(
  items: PlaceRequest['body']['items'],
  entries: readonly (Document<CatalogueEntry> | undefined)[],
): { items: OrderLine[]; currency: string } {
  const errors: FieldError[] = [];
  const lines: OrderLine[] = [];
  const seen = new Set<string>();
  const currency = entries.find((entry) => entry && !entry.body.deleted)?.body.currency ?? '';
  items.forEach(({ productId, quantity }, index) => {
    const field = `items.${index}.productId`;
    const entry = entries[index]?.body;
    if (seen.has(productId)) errors.push({ field, message: 'is listed twice: give one quantity' });
    else if (!entry) errors.push({ field, message: 'there is no such product' });
    else if (entry.deleted) errors.push({ field, message: 'is no longer sold' });
    else if (entry.currency !== currency) {
      errors.push({ field, message: `is sold in ${entry.currency}; an order has one currency` });
    } else lines.push({ productId, sku: entry.sku, name: entry.name, quantity, unitPrice: entry.price });
    seen.add(productId);
  });
  if (errors.length > 0) throw new ProblemError(400, 'The order cannot be placed as it is.', { errors });
  return { items: lines, currency };
}

/** Of the checked body, whose fields stand in the schema's order. */
function hashOf(body: PlaceRequest['body']): string {
  return createHash('sha256').update(JSON.stringify(body)).digest('base64');
}
