import { cancelOrder, getOrder, listOrders, placeOrder } from '../../runtime/contracts/api/order.ts';
import { ConflictError, InvalidCursorError } from '../../runtime/errors.ts';
import { badRequest, conflict, notFound } from '../../runtime/http/problem.ts';
import { implement, type Principal, type Route } from '../../runtime/http/route.ts';
import { isoTime } from '../../runtime/ports/clock.ts';
import type { Document, Documents } from '../../runtime/ports/documents.ts';
import { orderCancelled } from './events.ts';
import { cancel, type Order } from './order.ts';
import { type PlaceDependencies, place } from './place.ts';
import { type OrderDocument, orderKey } from './table.ts';

export function createOrderRoutes(dependencies: PlaceDependencies): Route[] {
  const { documents, clock } = dependencies;
  return [
    implement(placeOrder, (request) => place(request, dependencies)),
    implement(listOrders, async ({ query, user }) => {
      const owner = user.role === 'admin' ? (query.userId ?? user.id) : user.id;
      if (query.userId !== undefined && query.userId !== owner) throw notFound('user');
      const page = await documents
        .query<OrderDocument>('byUser', {
          hash: owner,
          order: 'desc',
          limit: query.limit,
          cursor: query.cursor,
        })
        .catch((error: unknown) => {
          if (error instanceof InvalidCursorError) throw badRequest('cursor', 'is not a cursor of this list');
          throw error;
        });
      return {
        status: 200,
        body: { items: page.items.map((item) => viewOf(item.body)), nextCursor: page.cursor ?? null },
      };
    }),
    implement(getOrder, async ({ params, user }) => {
      return { status: 200, body: viewOf((await ownOrder(documents, params.id, user)).body) };
    }),
    implement(cancelOrder, async ({ params, user }) => {
      for (let attempt = 1; ; attempt += 1) {
        const found = await ownOrder(documents, params.id, user);
        if (found.body.status === 'cancelled') return { status: 200, body: viewOf(found.body) };
        const order = cancel(found.body, 'cancelled by the customer', isoTime(clock));
        if (!order) throw conflict('The order was rejected: there is nothing to cancel.');
        try {
          await documents.commit({
            partition: params.id,
            writes: [{ kind: 'replace', id: 'order', version: found.version, body: order }],
            events: [orderCancelled(order, found.version + 1)],
          });
          return { status: 200, body: viewOf(order) };
        } catch (error) {
          // The order moved on meanwhile: cancel it from where it is now.
          if (!(error instanceof ConflictError) || attempt === maxCancelAttempts) throw error;
        }
      }
    }),
  ];
}

/** More than the steps an order can take while it is being cancelled. */
const maxCancelAttempts = 8;

/** @throws ProblemError 404 for another user's order as for none */
async function ownOrder(
  documents: Documents,
  orderId: string,
  user: Principal,
): Promise<Document<OrderDocument>> {
  const found = await documents.get<OrderDocument>(orderKey(orderId));
  if (!found || (found.body.userId !== user.id && user.role !== 'admin')) throw notFound('order');
  return found;
}

function viewOf({ orderId, userId, status, reason, items, total, currency, timeline }: Order): object {
  return { orderId, userId, status, reason, items, totalAmount: total, currency, timeline };
}
