/**
 * The payment saga as a function from an event to a unit, on documents in memory and the simulated provider:
 * each answer by itself, and, over random orders, duplicates, kills and interleavings, that the money is right in
 * the end. It does not prove what PostgreSQL or a real provider do; their contract suites do.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createPaymentService } from '../../../functions/payment/service.ts';
import { createSimulatedPayment } from '../../../runtime/adapters/shared/simulated-payment.ts';
import type { ShopEvent } from '../../../runtime/contracts/events/envelope.ts';
import { makeEvent } from '../../../runtime/contracts/events/make.ts';
import {
  AlreadyHandledError,
  ConflictError,
  RetryLaterError,
  UnavailableError,
} from '../../../runtime/errors.ts';
import type { Documents } from '../../../runtime/ports/documents.ts';
import type { Consumer } from '../../../runtime/ports/event-bus.ts';
import { createMemoryDocuments } from '../../support/memory-documents.ts';

const orderId = 'ORD-01K9GZ6Q7W3V8B5N2M4X6Y8T0R';
const userId = 'USR-01K9GZ6Q7W3V8B5N2M4X6Y8T0R';
const productId = 'PRD-01K9GZ6Q7W3V8B5N2M4X6Y8T0R';
const total = 4_200;

const reserved = (paymentMethod = 'pm_card_visa', amount = total) =>
  makeEvent('inventory.reserved', orderId, 1, {
    orderId,
    userId,
    total: amount,
    currency: 'EUR',
    paymentMethod,
  });
const cancelled = (amount = total) =>
  makeEvent('order.cancelled', orderId, 2, {
    orderId,
    userId,
    total: amount,
    currency: 'EUR',
    reason: 'customer',
    items: [{ productId, sku: 'S', name: 'N', quantity: 1, unitPrice: amount }],
  });

function shop({
  deadlineMs = 1_000,
  wrap = (documents: Documents) => documents,
}: {
  deadlineMs?: number;
  wrap?: (documents: Documents) => Documents;
} = {}) {
  const documents = createMemoryDocuments();
  const ledger = createMemoryDocuments();
  const provider = createSimulatedPayment({ ledger: wrap(ledger), lateAnswerMs: deadlineMs + 30 });
  const service = createPaymentService({
    documents: wrap(documents),
    provider,
    clock: { now: () => Date.UTC(2026, 0, 1) },
    deadlineMs,
  });
  const consumer = service.consumers[0] as Consumer;

  /** One delivery as a runtime makes it: decided again after a conflict. Killed before the commit, if wanted. */
  const deliver = async (event: ShopEvent, { attempt = 1, killed = false } = {}): Promise<void> => {
    for (;;) {
      const unit = await consumer.handle(event, { documents: wrap(documents), attempt });
      if (killed || !unit) return;
      try {
        return await wrap(documents).commit(unit);
      } catch (error) {
        if (error instanceof AlreadyHandledError) return;
        if (!(error instanceof ConflictError)) throw error;
      }
    }
  };
  const said = () => documents.events.map(({ type, data }) => ({ type, ...data }));
  const payment = async () => (await documents.get<object>({ partition: orderId, id: 'payment' }))?.body;
  return { documents, ledger, provider, consumer, deliver, said, payment };
}

const captured = { type: 'payment.captured', orderId, amount: total, currency: 'EUR' };
const refunded = { type: 'payment.refunded', orderId, amount: total, currency: 'EUR' };

describe('payment saga', () => {
  it('charges a reserved order', async () => {
    const { deliver, said, payment, provider } = shop();
    await deliver(reserved());
    assert.deepEqual(said(), [captured]);
    assert.deepEqual(await payment(), {
      orderId,
      status: 'captured',
      captured: total,
      refunded: 0,
      currency: 'EUR',
      at: '2026-01-01T00:00:00.000Z',
    });
    assert.equal((await provider.find(orderId))?.captured, total);
  });

  it('returns document, event and mark as one unit, the event at the document’s version', async () => {
    const { consumer, documents } = shop();
    const event = reserved();
    const unit = await consumer.handle(event, { documents, attempt: 1 });
    assert.equal(unit?.partition, orderId);
    assert.deepEqual(
      unit?.writes.map(({ kind, id }) => [kind, id]),
      [['create', 'payment']],
    );
    assert.deepEqual(
      unit?.events?.map(({ type, aggregateversion }) => [type, aggregateversion]),
      [['payment.captured', 1]],
    );
    assert.deepEqual(unit?.handled, { consumer: 'payment-saga', eventId: event.id });
  });

  it('gives the same answer to a command that comes again under a new id', async () => {
    const { deliver, said, provider } = shop();
    await deliver(reserved());
    await deliver(reserved());
    assert.deepEqual(said(), [captured, captured]);
    assert.equal((await provider.find(orderId))?.captured, total);
  });

  it('says why a card was declined, and says it again', async () => {
    const { deliver, said } = shop();
    await deliver(reserved('pm_card_chargeDeclinedInsufficientFunds'));
    await deliver(reserved('pm_card_chargeDeclinedInsufficientFunds'));
    const failed = { type: 'payment.failed', orderId, reason: 'insufficient_funds' };
    assert.deepEqual(said(), [failed, failed]);
  });

  it('refunds a cancelled order once', async () => {
    const { deliver, said, payment, provider } = shop();
    await deliver(reserved());
    await deliver(cancelled());
    await deliver(cancelled());
    assert.deepEqual(said(), [captured, refunded]);
    assert.equal((await provider.find(orderId))?.refunded, total);
    assert.partialDeepStrictEqual(await payment(), { status: 'refunded', captured: total, refunded: total });
  });

  it('never charges an order that was cancelled first', async () => {
    const { deliver, said, payment, provider } = shop();
    await deliver(cancelled());
    await deliver(reserved());
    assert.deepEqual(said(), []);
    assert.partialDeepStrictEqual(await payment(), { status: 'void', captured: 0, refunded: 0 });
    assert.equal((await provider.find(orderId))?.captured, 0);
  });

  it('gives back a charge that came through although the order was closed', async () => {
    const { deliver, documents, provider, said } = shop();
    const order = { orderId, amount: total, currency: 'EUR' };
    const body = { ...order, status: 'void', captured: 0, refunded: 0 };
    await documents.commit({ partition: orderId, writes: [{ kind: 'create', id: 'payment', body }] });
    const { id: chargeId } = await provider.authorize({ ...order, paymentMethod: 'pm_card_visa' });
    await provider.capture({ ...order, chargeId });
    await deliver(reserved());
    assert.deepEqual(said(), [refunded]);
    assert.equal((await provider.find(orderId))?.refunded, total);
  });

  it('gives back what was captured before a kill, when the cancellation is what comes next', async () => {
    const { deliver, said, payment } = shop();
    await deliver(reserved(), { killed: true });
    await deliver(cancelled());
    assert.deepEqual(said(), [refunded]);
    assert.partialDeepStrictEqual(await payment(), { status: 'refunded', captured: total, refunded: total });
  });

  it('counts a refund that a kill kept from being saved', async () => {
    const { deliver, said, payment } = shop();
    const cancel = cancelled();
    await deliver(reserved(), { killed: true });
    await deliver(cancel, { killed: true });
    await deliver(reserved());
    await deliver(cancel);
    assert.deepEqual(said(), [{ type: 'payment.failed', orderId, reason: 'payment_refunded' }, refunded]);
    assert.partialDeepStrictEqual(await payment(), { status: 'refunded', captured: total, refunded: total });
  });

  it('answers for an order that costs nothing without asking the provider', async () => {
    const { deliver, said, provider } = shop();
    await deliver(reserved('pm_card_visa', 0));
    await deliver(cancelled(0));
    await deliver(cancelled(0));
    assert.deepEqual(said(), [
      { ...captured, amount: 0 },
      { ...refunded, amount: 0 },
    ]);
    assert.equal(await provider.find(orderId), undefined);
  });

  it('after a deadline asks what became of the charge, and goes on from there', async () => {
    const { deliver, said, provider } = shop({ deadlineMs: 20 });
    const event = reserved('pm_sim_timeout');
    await assert.rejects(
      deliver(event),
      (error) => error instanceof RetryLaterError && error.delayMs === 500,
    );
    assert.deepEqual(said(), []);
    await deliver(event, { attempt: 2 });
    assert.deepEqual(said(), [captured]);
    assert.equal((await provider.find(orderId))?.captured, total);
  });

  it('voids what a late provider recorded for an order that is cancelled meanwhile', async () => {
    const { deliver, said, provider } = shop({ deadlineMs: 20 });
    await assert.rejects(deliver(reserved('pm_sim_timeout')), RetryLaterError);
    await deliver(cancelled());
    await deliver(reserved('pm_sim_timeout'), { attempt: 2 });
    assert.deepEqual(said(), []);
    assert.equal((await provider.find(orderId))?.state, 'voided');
  });

  it('lets the bus try again when the provider is out of order', async () => {
    const { deliver, said } = shop();
    const event = reserved('pm_sim_flaky');
    await assert.rejects(deliver(event), UnavailableError);
    await assert.rejects(deliver(event), UnavailableError);
    await deliver(event);
    assert.deepEqual(said(), [captured]);
  });
});

describe('payment saga, whatever the order of events', () => {
  const events = [reserved(), reserved(), cancelled()] as const;
  const delivery = fc.record({
    which: fc.constantFrom(...events),
    attempt: fc.constantFrom(1, 2),
    killed: fc.boolean(),
  });

  it('captured − refunded is the total of a confirmed order and nothing for a cancelled one', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(delivery, { minLength: 1, maxLength: 6 }),
        fc.boolean(),
        async (scheduler, deliveries, isCancelled) => {
          const wrap = (documents: Documents): Documents => ({
            ...documents,
            get: ((key) =>
              scheduler.schedule(Promise.resolve()).then(() => documents.get(key))) as Documents['get'],
            commit: (unit) => scheduler.schedule(Promise.resolve()).then(() => documents.commit(unit)),
          });
          const { deliver, documents, ledger, said } = shop({ deadlineMs: 20_000, wrap });
          const used = deliveries.filter(({ which }) => isCancelled || which.type !== 'order.cancelled');
          const everything = async () => {
            await Promise.all(used.map(({ which, ...how }) => deliver(which, how)));
            // At least once: what was killed comes again.
            for (const event of events) {
              if (isCancelled || event.type !== 'order.cancelled') await deliver(event);
            }
          };
          await scheduler.waitFor(everything());

          const wanted = isCancelled ? 0 : total;
          const entry = ledger.all.get(`${orderId}/charge`)?.body as Record<string, number>;
          assert.equal((entry.refundable ?? 0) + (entry.capturable ?? 0), wanted);
          assert.ok((entry.refundable ?? 0) + (entry.refunded ?? 0) <= total);
          const payment = documents.all.get(`${orderId}/payment`)?.body as Record<string, number>;
          assert.equal((payment.captured ?? 0) - (payment.refunded ?? 0), wanted);
          assert.equal(payment.refunded, entry.refunded);
          const refunds = said().filter(({ type }) => type === 'payment.refunded');
          assert.equal(refunds.length, (entry.refunded ?? 0) > 0 ? 1 : 0);
          if (!isCancelled) assert.ok(said().some(({ type }) => type === 'payment.captured'));
        },
      ),
      { numRuns: 400 },
    );
  });
});
