/**
 * Proves, on a whole shop of this machine: one order, and one registration, is one trace over HTTP and every
 * queue, with one root and every parent present; the log lines are JSON and name the trace; the console tells an
 * order's events, rate, errors and duration of each service, and the processes; and no secret is in any of it.
 * Does not prove: what a cloud's own tracing shows, nor that a trace is whole under load, where traces are sampled.
 */
import assert from 'node:assert/strict';
import type { Trace, TraceSpan } from '../../local/console/traces.ts';
import type { Buyer, Client } from './support/client.ts';
import { shopOn, uniqueName, waitFor } from './support/shop.ts';
import { type LocalParts, localOnly as onlyHere, type Target, target } from './support/target.ts';

const localOnly = (title: string, work: Mocha.AsyncFunc) =>
  onlyHere(title, 'the console and the logs are on this machine', work);

/** Which process does a function's work: locally one for all, on a cloud's stand-ins the function of that name. */
const functionOf = (operation: string) =>
  shopOn === 'local' ? 'functions' : /order|inventory|payment|notification/.exec(operation)?.[0];
const inFunction = (operation: string) => `${functionOf(operation)}: ${operation}`;

const onEach = ['console', 'gateway', 'postgres', 'product', 'user'];
const onClouds = [...onEach, 'inventory', 'notification', 'order', 'payment', 'stand-ins'];
const processesOn = {
  local: [...onEach, 'functions'],
  aws: [...onClouds, 'lambda-host'],
  azure: onClouds,
};

describe('observability', function () {
  this.timeout(30_000);
  let client: Client;
  let admin: string;
  let local: LocalParts;
  let buyer: Buyer;
  let productId: string;
  before(async function () {
    this.timeout(120_000);
    const shop: Target = await target();
    if (!shop.local) return;
    ({ client, adminToken: admin, local } = shop);
    buyer = await client.buyer();
    productId = await client.product(admin, 100);
  });

  const readTrace = (id: string) => local.console<Trace>(`/api/traces/${id}`).catch(() => undefined);
  const names = (trace: Trace | undefined) =>
    trace?.spans.map(({ service, name }) => `${service}: ${name}`) ?? [];
  const parentless = (trace: Trace) => {
    const ids = new Set(trace.spans.map(({ spanId }) => spanId));
    const named = ({ parentSpanId }: TraceSpan) => parentSpanId !== undefined && ids.has(parentSpanId);
    return trace.spans.filter((span) => !named(span)).map(({ service, name }) => `${service}: ${name}`);
  };
  /**
   * The trace once these spans are in it and nothing but the root is without its parent. Spans arrive when their
   * process sends its next batch, a parent maybe after its children.
   */
  const traceWith = async (id: string, root: string, expected: readonly string[]): Promise<Trace> => {
    let trace: Trace | undefined;
    const missing = () => [root, ...expected].filter((name) => !names(trace).includes(name));
    await waitFor(async () => {
      trace = await readTrace(id);
      return trace !== undefined && missing().length === 0 && parentless(trace).length === 1;
    }, 15_000).catch(() => {});
    assert.deepEqual(missing(), [], 'spans that are missing');
    assert.deepEqual(parentless(trace as Trace), [root], 'spans whose parent is missing');
    return trace as Trace;
  };
  const place = async (more: object = {}) => {
    const { body, headers } = await client.place(buyer.token, productId, { ...more });
    return { orderId: body.orderId, traceId: headers.get('x-trace-id') ?? '' };
  };
  const logLines = () =>
    local.shop
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{'));

  localOnly('one order is one trace, from the gateway through every queue', async () => {
    const { orderId, traceId } = await place();
    assert.match(traceId, /^[0-9a-f]{32}$/);
    await client.until(orderId, buyer.token, 'confirmed');
    const trace = await traceWith(traceId, 'gateway: POST /api/orders', [
      inFunction('POST /api/orders'),
      inFunction('inventory-saga order.placed'),
      inFunction('payment-saga inventory.reserved'),
      inFunction('order-saga inventory.reserved'),
      inFunction('order-saga payment.captured'),
      inFunction('inventory-saga order.confirmed'),
      inFunction('notification-mail order.confirmed'),
    ]);
    assert.equal(trace.status, 'ok');
    assert.equal(trace.droppedSpans, 0);
    const parents = new Map(trace.spans.map(({ spanId, name }) => [spanId, name]));
    const parentOf = (name: string) =>
      parents.get(trace.spans.find((span) => span.name === name)?.parentSpanId ?? '');
    assert.equal(parentOf('inventory-saga order.placed'), 'POST /api/orders');
    assert.equal(parentOf('payment-saga inventory.reserved'), 'inventory-saga order.placed');
    assert.equal(parentOf('notification-mail order.confirmed'), 'order-saga payment.captured');
  });

  localOnly('a caller’s own trace goes on through the order', async () => {
    const traceId = 'c0ffee'.padEnd(32, '1');
    const { orderId } = (
      await client.call<{ orderId: string }>('POST', '/api/orders', {
        token: buyer.token,
        body: { items: [{ productId, quantity: 1 }] },
        headers: { traceparent: `00-${traceId}-00f067aa0ba902b7-01` },
      })
    ).body;
    await client.until(orderId, buyer.token, 'confirmed');
    await traceWith(traceId, 'gateway: POST /api/orders', [inFunction('notification-mail order.confirmed')]);
  });

  localOnly('a cancel is a trace of its own, with the refund and the release in it', async () => {
    const { orderId } = await place();
    await client.until(orderId, buyer.token, 'confirmed');
    const { headers } = await client.call('POST', `/api/orders/${orderId}/cancel`, { token: buyer.token });
    await traceWith(headers.get('x-trace-id') ?? '', 'gateway: POST /api/orders/{id}/cancel', [
      inFunction('payment-saga order.cancelled'),
      inFunction('inventory-saga order.cancelled'),
      inFunction('notification-mail order.cancelled'),
    ]);
  });

  localOnly('a registration and a new product go through their outboxes within one trace', async () => {
    const username = uniqueName('traced');
    const body = { username, email: `${username}@example.com`, password: 'a long passphrase' };
    const made = await client.call('POST', '/api/users/register', { body });
    await traceWith(made.headers.get('x-trace-id') ?? '', 'gateway: POST /api/users/register', [
      'user: POST /api/users/register',
      inFunction('notification-contacts user.registered'),
    ]);
    const product = { sku: uniqueName('sku'), name: 'A thing', category: 'Tests', price: 1, currency: 'EUR' };
    const created = await client.call('POST', '/api/products', { token: admin, body: product });
    await traceWith(created.headers.get('x-trace-id') ?? '', 'gateway: POST /api/products', [
      'product: POST /api/products',
      inFunction('order-catalogue product.created'),
      inFunction('inventory-catalogue product.created'),
    ]);
  });

  localOnly('log lines are JSON, and name the trace of the work they are about', async () => {
    const { orderId, traceId } = await place({ paymentMethod: 'pm_sim_flaky' });
    await client.until(orderId, buyer.token, 'confirmed');
    const about = () => logLines().filter((line) => line.includes(traceId));
    await waitFor(async () => about().length >= 2, 5_000).catch(() => {});
    const lines = about().map((line) => JSON.parse(line));
    assert.ok(lines.length >= 2, 'the provider failed twice, which is logged');
    for (const line of lines) {
      assert.deepEqual(
        [line.service, line.traceId, line.consumer, line.level],
        [functionOf('payment-saga'), traceId, 'payment-saga', 'debug'],
      );
      assert.ok(Date.parse(line.time) > 0);
    }
    const broken = logLines().filter((line) => {
      try {
        const { level, time, service } = JSON.parse(line);
        return !level || !time || !service;
      } catch {
        return true;
      }
    });
    assert.deepEqual(broken, []);
  });

  localOnly(
    'the console lists the events of an order, from placed to confirmed, all of one trace',
    async () => {
      const { orderId, traceId } = await place();
      await client.until(orderId, buyer.token, 'confirmed');
      type Events = { items: { type: string; subject: string; traceparent: string; id: string }[] };
      let events: Events['items'] = [];
      await waitFor(async () => {
        events = (await local.console<Events>(`/api/orders/${orderId}/events`)).items;
        return events.some(({ type }) => type === 'notification.sent');
      }, 10_000);
      assert.deepEqual(
        events.map(({ type }) => type),
        ['order.placed', 'inventory.reserved', 'payment.captured', 'order.confirmed', 'notification.sent'],
      );
      assert.deepEqual([...new Set(events.map(({ subject }) => subject))], [orderId]);
      assert.deepEqual([...new Set(events.map(({ traceparent }) => traceparent.split('-')[1]))], [traceId]);
      assert.equal(new Set(events.map(({ id }) => id)).size, events.length);
    },
  );

  localOnly('the console has rate, errors and duration of every service and consumer', async () => {
    await client.call('GET', `/api/users/${buyer.id}`, { token: buyer.token });
    await client.call('GET', `/api/products/${productId}`);
    await client.call('GET', '/api/orders', { token: buyer.token });
    const { orderId } = await place({ paymentMethod: 'pm_sim_flaky' });
    await client.until(orderId, buyer.token, 'confirmed');
    const wanted = [
      'user GET /api/users/{id}',
      'product GET /api/products/{id}',
      ...[
        'POST /api/orders',
        'PUT /api/inventory/{productId}',
        'GET /api/orders',
        'inventory-saga',
        'order-saga',
        'payment-saga',
        'notification-mail',
        'notification-contacts',
        'order-catalogue',
      ].map((operation) => `${functionOf(operation)} ${operation}`),
    ];
    type Row = {
      service: string;
      operation: string;
      total: number;
      totalErrors: number;
      p95Ms: number | null;
    };
    let rows: Row[] = [];
    const missing = () =>
      wanted.filter((name) => !rows.some(({ service, operation }) => `${service} ${operation}` === name));
    const duration = (name: string) =>
      rows.find(({ service, operation }) => `${service} ${operation}` === name)?.p95Ms ?? null;
    const failures = () => rows.find(({ operation }) => operation === 'payment-saga')?.totalErrors ?? 0;
    // They are sent every five seconds.
    await waitFor(async () => {
      // Something to measure in every interval: of one with nothing in it there is no duration.
      await fetch(`${local.shop.url}/api/products?limit=1`);
      rows = (await local.console<{ red: Row[] }>('/api/metrics')).red;
      return missing().length === 0 && failures() >= 2 && duration('product GET /api/products') !== null;
    }, 12_000).catch(() => {});
    assert.deepEqual(missing(), []);
    assert.ok(failures() >= 2, 'the provider that failed twice is counted');
    for (const { service, operation, total, totalErrors, p95Ms } of rows) {
      const name = `${service} ${operation}`;
      assert.ok(total > 0 && totalErrors <= total, name);
      assert.ok(p95Ms === null || (p95Ms > 0 && p95Ms < 30_000), `${name}: ${p95Ms} ms`);
    }
    assert.ok(duration('product GET /api/products') !== null, 'what was asked for just now has a duration');
  });

  localOnly('the console lists every process as running, none started again', async () => {
    const processes = await local.shop.processes();
    assert.deepEqual(processes.map(({ name }) => name).sort(), processesOn[shopOn].toSorted());
    for (const { name, pid, restarts } of processes) {
      assert.equal(restarts, 0, name);
      assert.ok(process.kill(pid, 0), name);
    }
  });

  localOnly('no password, token or key is in the logs, the traces, the events or the inbox', async () => {
    // Each way in which a secret comes in, also those that fail.
    const wrong = 'a wrong and secret guess';
    const next = 'the next and secret passphrase';
    await client.call('POST', '/api/users/login', { body: { username: buyer.username, password: wrong } });
    await client.call('POST', '/api/users/register', {
      body: { username: '!', email: 'x', password: wrong },
    });
    const patched = await client.call('PATCH', `/api/users/${buyer.id}`, {
      token: buyer.token,
      body: { password: next, currentPassword: buyer.password },
    });
    assert.equal(patched.status, 200);
    const { orderId, traceId } = await place();
    await client.until(orderId, buyer.token, 'confirmed');
    await traceWith(traceId, 'gateway: POST /api/orders', [inFunction('notification-mail order.confirmed')]);
    const traces = (await local.console<{ items: { traceId: string }[] }>('/api/traces?limit=500')).items;
    const everything: Record<string, string> = {
      logs: local.shop.output(),
      inbox: JSON.stringify(await local.inbox(buyer.email)),
      events: JSON.stringify(await local.console(`/api/orders/${orderId}/events`)),
      traces: JSON.stringify(await Promise.all(traces.slice(0, 100).map((one) => readTrace(one.traceId)))),
      metrics: JSON.stringify(await local.console('/api/metrics')),
    };
    const secrets = {
      password: buyer.password,
      'wrong password': wrong,
      'next password': next,
      token: buyer.token,
      'signature of the token': buyer.token.split('.')[2] as string,
      'administrator’s token': admin,
      'webhook secret': local.webhookSecret,
      'private key': local.signingKey.privateKey.split('\n')[1] as string,
      'database password': new URL(local.shop.info.databases.shop).password,
    };
    for (const [where, text] of Object.entries(everything)) {
      assert.ok(text.length > 100, `${where} holds something`);
      for (const [what, secret] of Object.entries(secrets)) {
        assert.ok(!text.includes(secret), `the ${what} is in the ${where}`);
      }
    }
  });
});
