import { createInventoryService, inventoryTable } from '../../../functions/inventory/service.ts';
import { createOrderService, orderTable } from '../../../functions/order/service.ts';
import { createPaymentService, paymentTable } from '../../../functions/payment/service.ts';
import { factsOf, type Scan, type ShopFacts } from '../../../local/verify/facts.ts';
import {
  createSimulatedPayment,
  paymentProviderTable,
} from '../../../runtime/adapters/shared/simulated-payment.ts';
import type { EventType, ShopEvent } from '../../../runtime/contracts/events/envelope.ts';
import { makeEvent } from '../../../runtime/contracts/events/make.ts';
import { AlreadyHandledError, ConflictError, InsufficientError } from '../../../runtime/errors.ts';
import type { TableDefinition } from '../../../runtime/function-service.ts';
import { ProblemError } from '../../../runtime/http/problem.ts';
import type { ApiRequest, Principal, Reply } from '../../../runtime/http/route.ts';
import { systemClock } from '../../../runtime/ports/clock.ts';
import type { Document, Documents } from '../../../runtime/ports/documents.ts';
import type { Consumer } from '../../../runtime/ports/event-bus.ts';
import { createLogger } from '../../../runtime/telemetry/log.ts';
import { createMemoryDocuments, type MemoryDocuments } from '../../support/memory-documents.ts';

interface Waiting {
  readonly consumer: Consumer;
  readonly documents: MemoryDocuments;
  readonly event: ShopEvent;
  attempt: number;
}

export const customer: Principal = { id: `USR-${'0'.repeat(26)}`, username: 'ann', role: 'customer' };
const admin: Principal = { ...customer, username: 'root', role: 'admin' };

/**
 * Order, inventory and payment with a bus that delivers in whatever order the caller picks, as often as it
 * likes, and loses a handler's work when told to: as if its process was killed before the commit.
 */
export function createWorld() {
  const tables = [orderTable, inventoryTable, paymentTable, paymentProviderTable];
  const stores = new Map(tables.map((table) => [table.name, createMemoryDocuments(table)]));
  const storeOf = (name: string) => stores.get(name) as MemoryDocuments;
  const clock = systemClock;
  const services = [
    createOrderService({
      documents: storeOf('order'),
      clock,
      logger: createLogger('model', 'silent'),
      defaultPaymentMethod: 'pm_card_visa',
      reconcile: { everyMs: 1, redriveAfterMs: -1, cancelAfterMs: 60_000 },
    }),
    createInventoryService({ documents: storeOf('inventory') }),
    createPaymentService({
      documents: storeOf('payment'),
      clock,
      provider: createSimulatedPayment({ ledger: storeOf('payment-provider') }),
    }),
  ];
  const consumers = services.flatMap((service) =>
    service.consumers.map((consumer) => ({ consumer, documents: storeOf(service.name) })),
  );
  const waiting: Waiting[] = [];
  const said: ShopEvent[] = [];
  const published = new Map([...stores.keys()].map((name) => [name, 0]));

  const publish = (events: readonly ShopEvent[]) => {
    for (const event of events) {
      said.push(event);
      for (const { consumer, documents } of consumers) {
        if (consumer.types.includes(event.type)) waiting.push({ consumer, documents, event, attempt: 1 });
      }
    }
  };
  /** Hands on what the stores committed since. */
  const relay = () => {
    for (const [name, store] of stores) {
      publish(store.events.slice(published.get(name)));
      published.set(name, store.events.length);
    }
  };

  return {
    documents: (table: TableDefinition): Documents => storeOf(table.name),
    waiting: () => waiting.length,
    publish,
    /** Delivers the message at `index`; the work is lost when `killed`, and stays for another delivery when `copied`. */
    deliver: async (index: number, fate: { readonly killed?: boolean; readonly copied?: boolean } = {}) => {
      const message = waiting[index];
      if (!message) throw new Error(`no message at ${index}`);
      const { consumer, documents, event, attempt } = message;
      try {
        const unit = await consumer.handle(event, { documents, attempt });
        if (fate.killed) return;
        if (unit) await documents.commit(unit);
      } catch (error) {
        const again = error instanceof ConflictError || error instanceof InsufficientError;
        if (!(error instanceof AlreadyHandledError)) {
          message.attempt += 1;
          if (again || (error as Error).name === 'RetryLaterError') return;
          throw error;
        }
      }
      if (!fate.copied) waiting.splice(waiting.indexOf(message), 1);
      relay();
    },
    request: async (operationId: string, request: Partial<ApiRequest>, user = customer): Promise<Reply> => {
      const route = services
        .flatMap((service) => service.routes)
        .find((one) => one.spec.operationId === operationId);
      if (!route) throw new Error(`no route ${operationId}`);
      try {
        return await route.handle({ headers: {}, rawHeaders: {}, address: '', user, ...request } as never);
      } catch (error) {
        if (error instanceof ProblemError) return { status: error.status, body: { errors: error.errors } };
        throw error;
      } finally {
        relay();
      }
    },
    asAdmin: admin,
    /** The reconciler, with no patience at all. */
    reconcile: async () => {
      await services[0]?.schedules[0]?.run();
      relay();
    },
    product: (productId: string, price: number): ShopEvent =>
      makeEvent('product.created', productId, 1, {
        productId,
        sku: productId,
        name: 'Thing',
        price,
        currency: 'EUR',
      }),
    said: (type: EventType, subject: string) =>
      said.filter((event) => event.type === type && event.subject === subject).length,
    facts: (): Promise<ShopFacts> => {
      const scan: Scan = async (table) => [...storeOf(table.name).all.values()] as Document<never>[];
      const events = new Map<string, Record<string, number>>();
      for (const { subject, type } of said.filter((event) => event.subject.startsWith('ORD-'))) {
        const counts = events.get(subject) ?? {};
        events.set(subject, { ...counts, [type]: (counts[type] ?? 0) + 1 });
      }
      return factsOf(scan, { events, eventsSince: '', queued: waiting.length, deadLetters: 0 });
    },
  };
}
