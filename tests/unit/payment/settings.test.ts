/** Which payment provider the settings open, and what they say when something is missing. No provider is called. */
import assert from 'node:assert/strict';
import { openPaymentProvider, paymentSettings } from '../../../runtime/adapters/shared/payment-provider.ts';
import { readEnv } from '../../../runtime/config/env.ts';
import { createMemoryDocuments } from '../../support/memory-documents.ts';

const open = (env: Record<string, string>) =>
  openPaymentProvider(readEnv(paymentSettings, env), () => createMemoryDocuments());

describe('payment settings', () => {
  it('open the simulated provider by default, without a webhook', () => {
    const { webhook, deadlineMs } = open({});
    assert.equal(webhook, undefined);
    assert.equal(deadlineMs, 2_000);
  });

  it('open the simulated webhook with a secret', () => {
    assert.ok(open({ PAYMENT_WEBHOOK_SECRET: 'sixteen letters!' }).webhook);
  });

  it('refuse a short secret by name, without its value', () => {
    assert.throws(
      () => open({ PAYMENT_WEBHOOK_SECRET: 'short' }),
      (error: Error) => {
        assert.match(error.message, /PAYMENT_WEBHOOK_SECRET: must have at least 16/);
        return !error.message.includes('short');
      },
    );
  });

  it('name all that Stripe needs', () => {
    assert.throws(
      () => open({ PAYMENT_PROVIDER: 'stripe' }),
      /STRIPE_SECRET_KEY: .*\n.*STRIPE_WEBHOOK_SECRET: /,
    );
    assert.throws(() => open({ PAYMENT_PROVIDER: 'paypal' }), /PAYMENT_PROVIDER/);
  });

  it('open Stripe, and need no ledger for it', () => {
    const env = {
      PAYMENT_PROVIDER: 'stripe',
      STRIPE_SECRET_KEY: 'sk_test_1',
      STRIPE_WEBHOOK_SECRET: 'whsec_1',
    };
    const parts = openPaymentProvider(readEnv(paymentSettings, env), () =>
      assert.fail('no ledger is needed'),
    );
    assert.ok(parts.webhook);
    assert.equal(parts.deadlineMs, 15_000);
  });
});
