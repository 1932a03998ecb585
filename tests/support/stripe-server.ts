import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { declineReason, unknownPaymentMethod } from '../../runtime/adapters/shared/test-cards.ts';

/**
 * An HTTP server that answers the few calls of Stripe's API that the shop makes, in the shapes of Stripe's public
 * reference: intents with manual capture, cancel, charges listed by transfer group, refunds, idempotency keys
 * (replay, other parameters, in progress), declines, a wrong key, and trouble on request.
 *
 * It proves that the adapter and the `stripe` library speak that protocol over a real connection. It does NOT
 * prove that Stripe itself behaves so: not that its lists are read-your-writes, nor that `transfer_group` may be
 * set on every account, nor its rules on amounts and currencies, 3-D Secure, late refund failures or rate limits.
 */
export interface StripeServer {
  readonly host: string;
  readonly port: number;
  readonly secretKey: string;
  /** Every request, as `POST /v1/payment_intents`. */
  readonly requests: string[];
  readonly charges: readonly StripeCharge[];
  /** The next `count` requests meet trouble: a 500, or their effect happens and the connection breaks. */
  trouble(kind: 'error' | 'hang-up', count: number): void;
  /** Every answer from now on comes this much later; its effect does not. */
  delayMs: number;
  stop(): Promise<void>;
}

interface StripeCharge {
  id: string;
  object: 'charge';
  payment_intent: string;
  amount: number;
  currency: string;
  status: 'succeeded' | 'failed';
  captured: boolean;
  refunded: boolean;
  amount_captured: number;
  amount_refunded: number;
  failure_code: string | null;
  outcome: { reason: string | null };
  transfer_group: string | null;
}

interface Intent {
  id: string;
  object: 'payment_intent';
  amount: number;
  currency: string;
  status: string;
  latest_charge: StripeCharge | null;
  metadata: Record<string, string>;
}

interface Answer {
  readonly status: number;
  readonly body: object;
}

const failure = (status: number, error: object): Answer => ({ status, body: { error } });
const invalid = (code: string, param?: string) =>
  failure(400, { type: 'invalid_request_error', code, param, message: code });

export async function startStripeServer(secretKey: string): Promise<StripeServer> {
  const intents = new Map<string, Intent>();
  const charges: StripeCharge[] = [];
  const keys = new Map<string, { request: string; answer?: Answer }>();
  let troubles: string[] = [];

  const createIntent = (form: URLSearchParams): Answer => {
    const amount = Number(form.get('amount'));
    if (amount < 50) return invalid('amount_too_small', 'amount');
    const id = `pi_${intents.size + 1}`;
    const intent: Intent = {
      id,
      object: 'payment_intent',
      amount,
      currency: form.get('currency') ?? '',
      status: 'requires_payment_method',
      latest_charge: null,
      metadata: { orderId: form.get('metadata[orderId]') ?? '' },
    };
    const method = form.get('payment_method');
    const refused = method === null ? undefined : declineReason(method);
    if (refused === unknownPaymentMethod) return invalid('resource_missing', 'payment_method');
    intents.set(id, intent);
    if (form.get('confirm') !== 'true') return { status: 200, body: intent };
    if (form.get('capture_method') !== 'manual') return invalid('parameter_missing', 'capture_method');
    const ofCode =
      refused === 'expired_card' || refused === 'processing_error' || refused === 'incorrect_cvc';
    const code = refused === undefined ? null : ofCode ? refused : 'card_declined';
    const decline = refused === 'card_declined' ? 'generic_decline' : (refused ?? null);
    intent.latest_charge = {
      id: `ch_${charges.length + 1}`,
      object: 'charge',
      payment_intent: id,
      amount,
      currency: intent.currency,
      status: code === null ? 'succeeded' : 'failed',
      captured: false,
      refunded: false,
      amount_captured: 0,
      amount_refunded: 0,
      failure_code: code,
      outcome: { reason: decline },
      transfer_group: form.get('transfer_group'),
    };
    charges.push(intent.latest_charge);
    if (code === null) {
      intent.status = 'requires_capture';
      return { status: 200, body: intent };
    }
    return failure(402, {
      type: 'card_error',
      code,
      decline_code: decline,
      message: 'Your card was declined.',
      payment_intent: intent,
    });
  };

  const act = (intent: Intent, action: string, form: URLSearchParams): Answer => {
    const charge = intent.latest_charge;
    if (action === 'capture') {
      if (intent.status !== 'requires_capture' || !charge) return invalid('payment_intent_unexpected_state');
      charge.captured = true;
      charge.amount_captured = Number(form.get('amount_to_capture') ?? intent.amount);
      intent.status = 'succeeded';
    } else {
      if (intent.status === 'succeeded' || intent.status === 'canceled') {
        return invalid('payment_intent_unexpected_state');
      }
      if (charge?.status === 'succeeded') {
        charge.refunded = true;
        charge.amount_refunded = charge.amount;
      }
      intent.status = 'canceled';
    }
    return { status: 200, body: intent };
  };

  const refund = (form: URLSearchParams): Answer => {
    const charge = intents.get(form.get('payment_intent') ?? '')?.latest_charge;
    if (!charge?.captured) return invalid('payment_intent_unexpected_state');
    if (charge.refunded) return invalid('charge_already_refunded');
    charge.refunded = true;
    charge.amount_refunded = charge.amount_captured;
    return { status: 200, body: { id: `re_${charge.id}`, object: 'refund', status: 'succeeded' } };
  };

  const route = (method: string, url: URL, form: URLSearchParams): Answer => {
    const [, , resource, id, action] = url.pathname.split('/');
    if (method === 'GET' && resource === 'charges') {
      const group = url.searchParams.get('transfer_group');
      const data = charges.filter(({ transfer_group }) => transfer_group === group).reverse();
      return { status: 200, body: { object: 'list', data, has_more: false, url: url.pathname } };
    }
    if (method === 'POST' && resource === 'refunds') return refund(form);
    if (resource === 'payment_intents') {
      if (method === 'POST' && id === undefined) return createIntent(form);
      const intent = intents.get(id ?? '');
      if (intent && method === 'GET') return { status: 200, body: intent };
      if (intent && (action === 'capture' || action === 'cancel')) return act(intent, action, form);
    }
    return failure(404, { type: 'invalid_request_error', code: 'resource_missing', message: url.pathname });
  };

  /** As Stripe: a key answers once; in progress it is a 409, with another request behind it a 400. */
  const keyed = async (key: string, request: string, work: () => Answer) => {
    const known = keys.get(key);
    if (known && known.request !== request) {
      return {
        answer: failure(400, { type: 'idempotency_error', message: 'other parameters' }),
        replayed: false,
      };
    }
    if (known?.answer) return { answer: known.answer, replayed: true };
    if (known) {
      const error = { type: 'idempotency_error', code: 'idempotency_key_in_use', message: 'in progress' };
      return { answer: failure(409, error), replayed: false };
    }
    const entry: { request: string; answer?: Answer } = { request };
    keys.set(key, entry);
    await sleep(2);
    const answer = work();
    // A request that fails validation leaves its key free.
    if (answer.status === 400 && !request.includes('/capture') && !request.includes('/cancel'))
      keys.delete(key);
    else entry.answer = structuredClone(answer);
    return { answer, replayed: false };
  };

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const url = new URL(request.url ?? '/', 'http://stripe');
    const line = `${request.method} ${url.pathname}`;
    server.requests.push(line);
    const trouble = troubles.shift();
    const send = (status: number, value: object, replayed = false) => {
      response.writeHead(status, {
        'content-type': 'application/json',
        'request-id': `req_${server.requests.length}`,
        ...(replayed && { 'idempotent-replayed': 'true' }),
      });
      response.end(JSON.stringify(value));
    };
    if (request.headers.authorization !== `Bearer ${secretKey}`) {
      const message = `Invalid API Key provided: ${request.headers.authorization}`;
      return send(401, { error: { type: 'invalid_request_error', message } });
    }
    if (trouble === 'error') return send(500, { error: { type: 'api_error', message: 'trouble' } });
    const key = request.headers['idempotency-key'];
    const work = () => route(request.method ?? '', url, new URLSearchParams(body));
    const { answer, replayed } =
      typeof key === 'string'
        ? await keyed(key, `${line}?${body}`, work)
        : { answer: work(), replayed: false };
    if (trouble === 'hang-up') return void request.socket.destroy();
    const taken = structuredClone(answer);
    if (server.delayMs > 0) await sleep(server.delayMs);
    return send(taken.status, taken.body, replayed);
  };

  const http = createServer((request, response) => {
    handle(request, response).catch(() => request.socket.destroy());
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const server: StripeServer = {
    host: '127.0.0.1',
    port: (http.address() as AddressInfo).port,
    secretKey,
    requests: [],
    charges,
    delayMs: 0,
    trouble: (kind, count) => {
      troubles = Array<string>(count).fill(kind);
    },
    stop: async () => {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
  return server;
}
