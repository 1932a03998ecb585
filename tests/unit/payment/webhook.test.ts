/**
 * The payment webhook from the bytes of a request to documents and events: signatures, replays, and what a notice
 * mends. Documents are in memory, the provider is the simulated one. It does not prove that a gateway hands the
 * body over unchanged.
 */
import assert from 'node:assert/strict';
import pino from 'pino';
import { createPaymentService } from '../../../functions/payment/service.ts';
import { createSimulatedPayment } from '../../../runtime/adapters/shared/simulated-payment.ts';
import {
  createSimulatedWebhook,
  signSimulatedWebhook,
  simulatedSignatureHeader,
} from '../../../runtime/adapters/shared/simulated-webhook.ts';
import { createDispatch } from '../../../runtime/http/dispatch.ts';
import type { Route } from '../../../runtime/http/route.ts';
import type { Charge, PaymentProvider } from '../../../runtime/ports/payment.ts';
import { createMemoryDocuments } from '../../support/memory-documents.ts';

const secret = 'a secret of this test';
const now = Date.UTC(2026, 10, 23, 12);
const orderId = 'ORD-01K9GZ6Q7W3V8B5N2M4X6Y8T0R';
const money = { orderId, amount: 900, currency: 'EUR' };
const succeeded = JSON.stringify({ id: 'evt_1', type: 'payment_intent.succeeded', orderId });

function shop({ closed = false, report }: { closed?: boolean; report?: Charge } = {}) {
  const documents = createMemoryDocuments();
  const simulated = createSimulatedPayment({ ledger: createMemoryDocuments() });
  const provider: PaymentProvider = report ? { ...simulated, find: async () => report } : simulated;
  const clock = { now: () => now };
  const webhook = closed ? undefined : createSimulatedWebhook(secret, clock);
  const route = createPaymentService({ documents, provider, clock, webhook }).routes[0] as Route;
  const dispatch = createDispatch({
    service: 'payment',
    logger: pino({ enabled: false }),
    verifyToken: () => assert.fail('a webhook has no token'),
  });
  const post = async (body: string, headers: Record<string, string> = signed(body)) => {
    const reply = await dispatch(route, {
      params: {},
      query: {},
      headers,
      body: Buffer.from(body),
      address: '',
    });
    return { status: reply.status, body: JSON.parse(String(reply.body)) };
  };
  const charge = async () => {
    const { id: chargeId } = await provider.authorize({ ...money, paymentMethod: 'pm_card_visa' });
    await provider.capture({ ...money, chargeId });
  };
  const know = (status: string, captured: number, refunded = 0) => {
    const body = { orderId, status, captured, refunded, currency: 'EUR', at: '' };
    return documents.commit({ partition: orderId, writes: [{ kind: 'create', id: 'payment', body }] });
  };
  const said = () => documents.events.map(({ type, data }) => ({ type, ...data }));
  return { documents, provider, post, charge, know, said };
}

const signed = (body: string, atMs = now, by = secret) => ({
  [simulatedSignatureHeader]: signSimulatedWebhook(body, by, atMs),
});

const received = { status: 200, body: { received: true } };

describe('payment webhook', () => {
  const bad: Record<string, Record<string, string>> = {
    'no signature': {},
    'a malformed signature': { [simulatedSignatureHeader]: 't=now,v1=00' },
    'a signature by another secret': signed(succeeded, now, 'another secret'),
    'the signature of another body': signed(`${succeeded} `),
    'a signature older than five minutes': signed(succeeded, now - 5 * 60_000 - 1_000),
    'a signature of the future': signed(succeeded, now + 5 * 60_000 + 1_000),
  };
  for (const [what, headers] of Object.entries(bad)) {
    it(`refuses ${what}, and changes nothing`, async () => {
      const { post, charge, said } = shop();
      await charge();
      const reply = await post(succeeded, headers);
      assert.equal(reply.status, 400);
      assert.equal(reply.body.errors[0].field, 'headers');
      assert.deepEqual(said(), []);
    });
  }

  it('takes a signature of four minutes ago', async () => {
    const { post } = shop();
    assert.deepEqual(await post(succeeded, signed(succeeded, now - 4 * 60_000)), received);
  });

  it('refuses a signed body that is no notice', async () => {
    assert.equal((await shop().post('[]')).status, 400);
  });

  it('is closed without a secret', async () => {
    assert.equal((await shop({ closed: true }).post(succeeded)).status, 404);
  });

  it('acknowledges what it does not know', async () => {
    const { post, said } = shop();
    assert.deepEqual(await post(succeeded), received);
    assert.deepEqual(await post(JSON.stringify({ id: 'e', type: 'customer.created' })), received);
    assert.deepEqual(await post(JSON.stringify({ id: 'e', type: 'x', orderId: 'not ours' })), received);
    assert.deepEqual(said(), []);
  });

  it('adds a capture that was never saved, once', async () => {
    const { post, charge, said } = shop();
    await charge();
    for (let time = 0; time < 3; time += 1) assert.deepEqual(await post(succeeded), received);
    assert.deepEqual(said(), [{ type: 'payment.captured', ...money }]);
  });

  it('adds a refund made at the provider, once', async () => {
    const { post, charge, know, provider, said, documents } = shop();
    await charge();
    await know('captured', 900);
    await provider.refund(orderId);
    for (let time = 0; time < 2; time += 1) assert.deepEqual(await post(succeeded), received);
    assert.deepEqual(said(), [{ type: 'payment.refunded', ...money }]);
    assert.partialDeepStrictEqual(documents.all.get(`${orderId}/payment`)?.body, {
      status: 'refunded',
      captured: 900,
      refunded: 900,
    });
  });

  it('tells a partial refund by what it adds', async () => {
    const report: Charge = { id: 'c', state: 'captured', captured: 900, refunded: 500, currency: 'EUR' };
    const { post, know, said } = shop({ report });
    await know('captured', 900, 200);
    await post(succeeded);
    assert.deepEqual(said(), [{ type: 'payment.refunded', ...money, amount: 300 }]);
  });

  it('gives back what was taken for an order that is closed', async () => {
    const { post, charge, know, provider, said } = shop();
    await charge();
    await know('void', 0);
    assert.deepEqual(await post(succeeded), received);
    assert.deepEqual(said(), [{ type: 'payment.refunded', ...money }]);
    assert.equal((await provider.find(orderId))?.refunded, 900);
  });

  it('decides again when the saga was faster', async () => {
    const { post, charge, know, documents, said } = shop();
    await charge();
    const { commit } = documents;
    let first = true;
    documents.commit = async (unit) => {
      if (first) {
        first = false;
        await know('captured', 900);
      }
      return commit(unit);
    };
    assert.deepEqual(await post(succeeded), received);
    assert.deepEqual(said(), []);
  });
});
