/**
 * The payment provider's contract on the Stripe adapter, through the `stripe` library and a real connection, to
 * an imitation of Stripe's API (tests/support/stripe-server.ts says what that does not prove); what the adapter
 * does in trouble; and the webhook's signature check by Stripe's own library. Nothing here has met Stripe itself.
 */
import assert from 'node:assert/strict';
import Stripe from 'stripe';
import { ulid } from 'ulid';
import { createStripePayment } from '../../runtime/adapters/shared/stripe-payment.ts';
import { createStripeWebhook } from '../../runtime/adapters/shared/stripe-webhook.ts';
import { UnavailableError } from '../../runtime/errors.ts';
import { WebhookSignatureError } from '../../runtime/ports/payment.ts';
import { type StripeServer, startStripeServer } from '../support/stripe-server.ts';
import { describeContract } from './case.ts';
import { paymentCases } from './payment.ts';

const secretKey = 'sk_test_of_the_imitation';
let server: StripeServer;

const connect = (options: { secretKey?: string; timeoutMs?: number; maxNetworkRetries?: number } = {}) =>
  createStripePayment({
    secretKey,
    ...options,
    server: { host: server.host, port: server.port, protocol: 'http' },
  });

const order = (paymentMethod = 'pm_card_visa', atMs = Date.now()) => ({
  orderId: `ORD-${ulid(atMs)}`,
  amount: 1_999,
  currency: 'EUR',
  paymentMethod,
});

describeContract(
  'the payment provider, Stripe',
  paymentCases,
  async () => {
    server = await startStripeServer(secretKey);
    return connect();
  },
  () => server.stop(),
);

describe('the Stripe adapter', () => {
  beforeEach(async () => {
    server = await startStripeServer(secretKey);
  });
  afterEach(() => server.stop());

  it('names the setting when the key is wrong, and does not repeat the key', async () => {
    const refused = await connect({ secretKey: 'sk_test_wrong' })
      .authorize(order())
      .catch((error) => error);
    assert.match(refused.message, /STRIPE_SECRET_KEY/);
    assert.doesNotMatch(JSON.stringify([refused.message, refused.cause ?? '']), /sk_test_wrong/);
  });

  it('takes a broken connection after the effect for no new charge', async () => {
    server.trouble('hang-up', 1);
    const request = order();
    const held = await connect().authorize(request);
    assert.equal(held.state, 'authorized');
    assert.equal(server.charges.length, 1);
    assert.deepEqual(server.requests, [
      'POST /v1/payment_intents',
      'POST /v1/payment_intents',
      `GET /v1/payment_intents/${held.id}`,
    ]);
  });

  it('gives up after bounded repeats, and the state can be asked', async () => {
    server.trouble('hang-up', 2);
    const request = order();
    const provider = connect({ maxNetworkRetries: 1 });
    await assert.rejects(provider.authorize(request), UnavailableError);
    assert.equal(server.requests.length, 2);
    assert.equal((await provider.find(request.orderId))?.state, 'authorized');
  });

  it('says that Stripe is away on a 500 and on a time-out', async () => {
    server.trouble('error', 2);
    await assert.rejects(connect().find('ORD-1'), UnavailableError);
    server.delayMs = 300;
    await assert.rejects(connect({ timeoutMs: 50, maxNetworkRetries: 0 }).find('ORD-1'), UnavailableError);
  });

  it('asks first for an order older than Stripe keeps a key', async () => {
    const request = order('pm_card_visa', Date.now() - 25 * 60 * 60_000);
    const held = await connect().authorize(request);
    server.requests.length = 0;
    assert.deepEqual(await connect().authorize(request), held);
    assert.deepEqual(server.requests, ['GET /v1/charges']);
  });

  it('declines an amount that Stripe does not take', async () => {
    const refused = await connect().authorize({ ...order(), amount: 7 });
    assert.deepEqual([refused.state, refused.reason], ['declined', 'amount_too_small']);
  });
});

describe('the Stripe webhook', () => {
  const secret = 'whsec_of_the_test';
  const now = Date.UTC(2026, 10, 23, 12);
  const webhook = createStripeWebhook(secret, { now: () => now });
  const payload = JSON.stringify({
    id: 'evt_1',
    object: 'event',
    type: 'payment_intent.succeeded',
    data: { object: { object: 'payment_intent', id: 'pi_1', metadata: { orderId: 'ORD-1' } } },
  });
  const signed = (text: string, atMs: number, by = secret) => ({
    'stripe-signature': Stripe.webhooks.generateTestHeaderString({
      payload: text,
      secret: by,
      timestamp: Math.floor(atMs / 1000),
    }),
  });

  it('tells the order of an event that is signed', () => {
    assert.deepEqual(webhook.verify(Buffer.from(payload), signed(payload, now)), {
      id: 'evt_1',
      type: 'payment_intent.succeeded',
      orderId: 'ORD-1',
    });
  });

  it('tells the order of a charge by its transfer group', () => {
    const text = JSON.stringify({
      id: 'evt_2',
      object: 'event',
      type: 'charge.refunded',
      data: { object: { object: 'charge', metadata: {}, transfer_group: 'ORD-2' } },
    });
    assert.equal(webhook.verify(Buffer.from(text), signed(text, now)).orderId, 'ORD-2');
  });

  const bad: Record<string, { body?: string; headers: Record<string, string> }> = {
    'no signature': { headers: {} },
    'a signature of another secret': { headers: signed(payload, now, 'whsec_other') },
    'another body': { body: payload.replace('ORD-1', 'ORD-9'), headers: signed(payload, now) },
    'a signature of six minutes ago': { headers: signed(payload, now - 6 * 60_000) },
    'a header that is no signature': { headers: { 'stripe-signature': 'nonsense' } },
    'a signed body that is not JSON': { body: '{', headers: signed('{', now) },
  };
  for (const [what, { body = payload, headers }] of Object.entries(bad)) {
    it(`refuses ${what}`, () => {
      assert.throws(() => webhook.verify(Buffer.from(body), headers), WebhookSignatureError);
    });
  }
});
