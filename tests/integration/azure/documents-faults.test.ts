/**
 * What only Cosmos DB can do to the documents adapter: the exact batch that is sent, refusals and throttling, answers
 * that are lost, feeds that fail. The stand-in is our own: that Azure behaves so is its documentation's word.
 */
import assert from 'node:assert/strict';
import { eventId, markId } from '../../../runtime/adapters/azure/items.ts';
import { makeEvent } from '../../../runtime/contracts/events/make.ts';
import {
  AlreadyHandledError,
  ConflictError,
  InsufficientError,
  UnavailableError,
} from '../../../runtime/errors.ts';
import type { TableDefinition } from '../../../runtime/function-service.ts';
import type { Documents, Unit } from '../../../runtime/ports/documents.ts';
import type { Fault } from '../../../stand-ins/cosmos/faults.ts';
import { type AzureShop, openAzureShop } from '../../support/azure-shop.ts';

interface Counter {
  readonly left: number;
}

const table: TableDefinition = {
  name: 'faults',
  indexes: {
    byOwner: (body: { owner?: string }) => (body.owner ? { hash: body.owner, sort: 'x' } : undefined),
  },
};
const key = { partition: 'p', id: 'n' };
const create: Unit = { partition: 'p', writes: [{ kind: 'create', id: 'n', body: { left: 5 } }] };
const take: Unit = { partition: 'p', writes: [{ kind: 'adjust', id: 'n', by: { left: -1 } }] };
const replace: Unit = {
  partition: 'p',
  writes: [{ kind: 'replace', id: 'n', version: 1, body: { left: 9 } }],
};
const handled = { consumer: 'c', eventId: 'e1' };
const said = () =>
  makeEvent('payment.failed', `ORD-${'0'.repeat(26)}`, 1, { orderId: `ORD-${'0'.repeat(26)}`, reason: 'x' });

describe('documents on Cosmos DB', () => {
  let shop: AzureShop;
  let documents: Documents;
  const open = async (options = {}) => {
    shop = await openAzureShop({ tables: [table], feeds: false, requestTimeoutMs: 300, ...options });
    documents = shop.open(table);
    shop.cosmos.faults.reset();
  };
  beforeEach(() => open());
  afterEach(async () => {
    shop.cosmos.faults.reset();
    await shop.close();
  });
  const left = async () => (await documents.get<Counter>(key))?.body.left;
  const plan = (fault: Omit<Fault, 'kind'>, count?: number) =>
    shop.cosmos.faults.plan({ kind: 'batch', ...fault }, count);
  const batches = () => shop.cosmos.faults.log.filter(({ kind }) => kind === 'batch');

  it('sends a unit as exactly one atomic batch of its partition', async () => {
    const event = said();
    await documents.commit({
      partition: 'p',
      writes: [{ kind: 'create', id: 'a/b', body: { owner: 'ann' } }],
    });
    shop.cosmos.faults.reset();
    await documents.commit({
      partition: 'p',
      writes: [
        { kind: 'create', id: 'n', body: { left: 5 } },
        { kind: 'replace', id: 'a/b', version: 1, body: {} },
      ],
      events: [event],
      handled,
    });
    const [request, ...others] = batches();
    assert.deepEqual(others, []);
    assert.equal(request?.headers['x-ms-cosmos-batch-atomic'], 'true');
    assert.equal(request?.headers['x-ms-documentdb-partitionkey'], '["p"]');
    const [mark, ...rest] = (request?.body ?? []) as { resourceBody: Record<string, unknown> }[];
    const { unit, ...fixed } = mark?.resourceBody ?? {};
    assert.match(String(unit), /^[0-9A-HJKMNP-TV-Z]{26}$/);
    assert.deepEqual(fixed, { id: 'm:c:e1', partition: 'p', ttl: 604_800 });
    const { unpublishedSince, ...outbox } = rest.at(-1)?.resourceBody ?? {};
    assert.ok(Number(unpublishedSince) <= Date.now());
    assert.deepEqual(outbox, {
      id: `e:${event.id}`,
      partition: 'p',
      event: JSON.parse(JSON.stringify(event)),
    });
    assert.deepEqual(rest.slice(0, -1), [
      {
        operationType: 'Create',
        resourceBody: {
          id: 'd:n',
          partition: 'p',
          version: 1,
          body: { left: 5 },
          position: 'p\u0001\u0001n',
          i1h: null,
          i1s: null,
        },
      },
      {
        operationType: 'Patch',
        id: 'd:a~002fb',
        resourceBody: {
          condition: 'from c where c.version = 1',
          operations: [
            { op: 'set', path: '/version', value: 2 },
            { op: 'set', path: '/body', value: {} },
            { op: 'set', path: '/i1h', value: null },
            { op: 'set', path: '/i1s', value: null },
          ],
        },
      },
    ]);
  });

  it('sends an adjustment with a condition for each number, and a deletion behind its own', async () => {
    await documents.commit(create);
    shop.cosmos.faults.reset();
    await documents.commit({
      partition: 'p',
      writes: [{ kind: 'adjust', id: 'n', by: { left: -2, 'a/b~"c': 3 } }],
    });
    await documents.commit({ partition: 'p', writes: [{ kind: 'delete', id: 'n', version: 2 }] });
    const [adjusted, deleted] = batches().map(({ body }) => (body as object[]).slice(1));
    const condition =
      'from c where c.body["left"] >= 2 AND (NOT IS_DEFINED(c.body["a/b~\\"c"]) OR c.body["a/b~\\"c"] >= -3)';
    assert.deepEqual(adjusted, [
      {
        operationType: 'Patch',
        id: 'd:n',
        resourceBody: {
          condition,
          operations: [
            { op: 'incr', path: '/version', value: 1 },
            { op: 'incr', path: '/body/left', value: -2 },
            { op: 'incr', path: '/body/a~1b~0"c', value: 3 },
          ],
        },
      },
    ]);
    const patch = {
      condition: 'from c where c.version = 2',
      operations: [{ op: 'set', path: '/version', value: 3 }],
    };
    assert.deepEqual(deleted, [
      { operationType: 'Patch', id: 'd:n', resourceBody: patch },
      { operationType: 'Delete', id: 'd:n' },
    ]);
    assert.equal(await documents.get(key), undefined);
  });

  it('keeps any id, and pages by any', async () => {
    const ids = ['a/b', 'a\\b', 'a?b#c', '~', '~002f', 'ü 世界', '%2F', '\u0001', '..', 'x'.repeat(100)];
    for (const id of ids) {
      await documents.commit({
        partition: `p ${id}`,
        writes: [{ kind: 'create', id, body: { owner: 'ann' } }],
      });
      assert.equal((await documents.get({ partition: `p ${id}`, id }))?.id, id);
    }
    for (const read of [
      (cursor?: string) => documents.scan({ limit: 1, cursor }),
      (cursor?: string) => documents.query('byOwner', { hash: 'ann', limit: 1, cursor }),
    ]) {
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await read(cursor);
        seen.push(...page.items.map(({ id }) => id));
        cursor = page.cursor;
      } while (cursor);
      assert.deepEqual(seen.toSorted(), ids.toSorted());
    }
  });

  it('tells what a refused operation means: 404, 409 and 412', async () => {
    await documents.commit(create);
    const another: Unit = { partition: 'p', writes: [{ kind: 'create', id: 'm', body: {} }] };
    const remove: Unit = { partition: 'p', writes: [{ kind: 'delete', id: 'n', version: 1 }] };
    for (const [unit, statuses, error] of [
      [another, [409], ConflictError],
      [replace, [404, 412], ConflictError],
      [remove, [404, 412], ConflictError],
      [take, [404, 412], InsufficientError],
    ] as const) {
      for (const operationStatus of statuses) {
        plan({ operationStatus, operationIndex: 1 });
        await assert.rejects(documents.commit(unit), error, `${unit.writes[0]?.kind} ${operationStatus}`);
      }
    }
    await documents.commit({ ...take, handled });
    await assert.rejects(documents.commit({ ...take, handled }), AlreadyHandledError);
    assert.equal(await left(), 4);
  });

  it('waits as long as a 429 asks, and no answer is repeated at once', async () => {
    await documents.commit(create);
    plan({ status: 429, retryAfterMs: 250 });
    const began = Date.now();
    await documents.commit(take);
    assert.ok(Date.now() - began >= 250);
    assert.equal(await left(), 4);
  });

  for (const [title, fault] of [
    ['429', { status: 429 }],
    ['449', { status: 449 }],
    ['408', { status: 408 }],
    ['500', { status: 500 }],
    ['503', { status: 503 }],
    ['an operation’s 429', { operationStatus: 429 }],
    ['an operation’s 449', { operationStatus: 449, operationIndex: 1 }],
    ['silence', { silent: true }],
    ['a lost answer', { lost: true }],
  ] as const) {
    it(`has each effect once after ${title}, twice in a row`, async () => {
      await documents.commit(create);
      const event = said();
      for (const unit of [
        take,
        { ...take, handled },
        { ...take, events: [event] },
        { ...replace, writes: [{ kind: 'replace', id: 'n', version: 4, body: { left: 9 } }] } as Unit,
        { partition: 'p', writes: [{ kind: 'create', id: 'm', body: {} }] } as Unit,
        { partition: 'p', writes: [{ kind: 'delete', id: 'n', version: 5 }] } as Unit,
      ]) {
        plan(fault, 2);
        await documents.commit(unit);
      }
      assert.equal(await documents.get(key), undefined);
      assert.deepEqual(
        (await documents.scan()).items.map(({ id, version }) => [id, version]),
        [['m', 1]],
      );
    });
  }

  it('tells a mark of its own, whose answer was lost, from another’s', async () => {
    await documents.commit(create);
    plan({ lost: true });
    await documents.commit({ ...take, handled });
    plan({ lost: true });
    await assert.rejects(documents.commit({ ...take, handled }), AlreadyHandledError);
    assert.equal(await left(), 4);
  });

  it('gives up after some tries, within seconds', async () => {
    await documents.commit(create);
    shop.cosmos.faults.reset();
    plan({ status: 503 }, 100);
    const began = Date.now();
    await assert.rejects(documents.commit(take), UnavailableError);
    assert.ok(Date.now() - began < 5_000);
    assert.equal(batches().length, 6);
    shop.cosmos.faults.reset();
    plan({ status: 429, retryAfterMs: 60_000 });
    await assert.rejects(documents.commit(take), UnavailableError);
    assert.equal(await left(), 5);
  });

  it('is unavailable, and tries no more, while its identity may not yet write', async () => {
    plan({ status: 403 });
    await assert.rejects(documents.commit(create), UnavailableError);
    assert.equal(batches().length, 1);
    await documents.commit(create);
  });

  it('reads again after a refusal, and says when it cannot', async () => {
    await documents.commit(create);
    for (const fault of [{ status: 429 }, { status: 503 }, { lost: true }]) {
      shop.cosmos.faults.plan({ kind: 'point', ...fault });
      assert.equal(await left(), 5);
      shop.cosmos.faults.plan({ kind: 'query', ...fault });
      assert.equal((await documents.scan()).items.length, 1);
    }
    shop.cosmos.faults.plan({ kind: 'point', status: 503 }, 100);
    await assert.rejects(left(), UnavailableError);
  });

  it('refuses a unit that no batch holds, before anything is sent', async () => {
    const writes = Array.from({ length: 100 }, (_, n) => ({ kind: 'create' as const, id: `${n}`, body: {} }));
    await assert.rejects(documents.commit({ partition: 'p', writes }), RangeError);
    assert.deepEqual(shop.cosmos.faults.log, []);
    await documents.commit({ partition: 'p', writes: writes.slice(1) });
  });

  it('forgets marks and published events after a week, and never what is not published', async () => {
    const [published, waiting] = [said(), said()];
    await documents.commit({ ...create, events: [published], handled });
    await shop.relay(table).relay([{ partition: 'p', event: published }]);
    await documents.commit({ partition: 'p', writes: [], events: [waiting] });
    const container = await shop.container(table);
    const statusOf = async (id: string) => (await container.item(id, 'p').read()).statusCode;
    const statuses = () =>
      Promise.all([eventId(published.id), eventId(waiting.id), markId(handled)].map(statusOf));
    assert.deepEqual(await statuses(), [200, 200, 200]);
    shop.cosmos.advance(8 * 24 * 60 * 60_000);
    assert.deepEqual(await statuses(), [404, 200, 404]);
    assert.equal(await left(), 5);
  });

  it('publishes by its sweep what the change feed’s trigger failed at and skipped', async () => {
    await shop.close();
    let away = true;
    let tries = 0;
    await open({
      feeds: true,
      relayTo: (publisher: AzureShop['publisher']) => ({
        publish: async (events: Parameters<AzureShop['publisher']['publish']>[0]) => {
          tries += 1;
          if (away) throw new UnavailableError('away');
          await publisher.publish(events);
        },
      }),
    });
    const event = said();
    await documents.commit({ ...create, events: [event] });
    while (tries === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    away = false;
    // The feed is past it.
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.equal(tries, 1);
    // The sweep leaves alone what a feed may still be on its way with.
    await shop.relay(table).sweep();
    assert.equal(tries, 1);
    const item = (await shop.container(table)).item(eventId(event.id), 'p');
    await item.patch([{ op: 'set', path: '/unpublishedSince', value: Date.now() - 60_000 }]);
    await Promise.all([shop.relay(table).sweep(), shop.relay(table).sweep()]);
    assert.deepEqual(
      (await shop.published(event.subject)).map(({ id }) => id),
      [event.id],
    );
    const before = tries;
    await shop.relay(table).sweep();
    assert.equal(tries, before);
  });
});
