/**
 * The stand-in for Cosmos DB, under the real client; and where the two overlap, somebody else's stand-in under the
 * same cases, as an independent reading of the protocol. It does not prove anything of Azure itself. Batches and the
 * change feed are proven on ours alone, for the other is known to be wrong about them.
 */
import assert from 'node:assert/strict';
import { ChangeFeedStartFrom, type Container, CosmosClient, type OperationInput } from '@azure/cosmos';
import { type Cosmos, startCosmos } from '../../../stand-ins/cosmos/server.ts';
import { parseCondition, parseQuery } from '../../../stand-ins/cosmos/sql.ts';
import { startOtherCosmos } from '../../../stand-ins/cosmosdb-server.ts';

interface Thing {
  id: string;
  partition: string;
  n?: number;
}

const connect = (endpoint: string) =>
  new CosmosClient({
    endpoint,
    key: Buffer.from('stand-in').toString('base64'),
    connectionPolicy: { enableEndpointDiscovery: false, retryOptions: { maxRetryAttemptCount: 0 } as never },
  });

async function freshContainer(client: CosmosClient, definition: object = {}): Promise<Container> {
  const { database } = await client.databases.create({ id: `db-${Math.random()}` });
  const partitionKey = { paths: ['/partition'] };
  const { container } = await database.containers.create({ id: 'things', partitionKey, ...definition });
  return container;
}

type Parts = Pick<Container, 'items' | 'item'>;

async function freshParts(client: CosmosClient, definition?: object): Promise<Parts> {
  const container = await freshContainer(client, definition);
  return { items: container.items, item: container.item.bind(container) };
}

const code = (expected: number) => (error: { code?: unknown }) => error.code === expected;
const a: Thing = { id: '1', partition: 'a', n: 1 };

/** What both stand-ins must say alike. */
const shared: [string, (things: Parts) => Promise<void>][] = [
  [
    'creates an item once, and reads it in its partition only',
    async ({ items, item }) => {
      await items.create(a);
      await assert.rejects(items.create(a), code(409));
      assert.equal((await item('1', 'a').read<Thing>()).resource?.n, 1);
      assert.equal((await item('1', 'b').read()).statusCode, 404);
    },
  ],
  [
    'replaces, upserts and deletes, with one winner for an ETag',
    async ({ items, item }) => {
      const { etag: condition = '' } = await items.create(a);
      const accessCondition = { type: 'IfMatch', condition };
      await item('1', 'a').replace({ ...a, n: 2 }, { accessCondition });
      await assert.rejects(item('1', 'a').replace({ ...a, n: 3 }, { accessCondition }), code(412));
      await items.upsert({ ...a, n: 4 });
      assert.equal((await item('1', 'a').read<Thing>()).resource?.n, 4);
      await item('1', 'a').delete();
      await assert.rejects(item('1', 'a').delete(), code(404));
    },
  ],
  [
    'patches',
    async ({ items, item }) => {
      await items.create({ ...a, body: { left: 5 }, gone: 1 });
      const { resource } = await item('1', 'a').patch([
        { op: 'incr', path: '/body/left', value: -2 },
        { op: 'set', path: '/n', value: 7 },
        { op: 'remove', path: '/gone' },
      ]);
      const { body, n, gone } = resource as unknown as Record<string, unknown>;
      assert.deepEqual([body, n, gone], [{ left: 3 }, 7, undefined]);
    },
  ],
  [
    'answers a query with parameters, in order, over all partitions',
    async ({ items }) => {
      for (const n of [3, 1, 2, 5, 4]) await items.create({ id: String(n), partition: `p${n}`, n });
      const parameters = [{ name: '@least', value: 2 }];
      const query = 'SELECT TOP 3 * FROM c WHERE c.n >= @least ORDER BY c.n DESC';
      const { resources } = await items.query<Thing>({ query, parameters }).fetchAll();
      assert.deepEqual(
        resources.map(({ n }) => n),
        [5, 4, 3],
      );
    },
  ],
];

describe('a Cosmos DB stand-in', () => {
  for (const [name, start] of [
    ['of our own', startCosmos],
    ['of somebody else (@vercel/cosmosdb-server)', startOtherCosmos],
  ] as const) {
    describe(name, () => {
      let server: { endpoint: string; close(): Promise<void> };
      let client: CosmosClient;
      before(async () => {
        server = await start();
        client = connect(server.endpoint);
      });
      after(async () => {
        client.dispose();
        await server.close();
      });
      for (const [title, run] of shared) {
        it(title, async () => {
          await run(await freshParts(client));
        });
      }
    });
  }
});

describe('the Cosmos DB stand-in of our own', () => {
  let cosmos: Cosmos;
  let client: CosmosClient;
  before(async () => {
    cosmos = await startCosmos();
    client = connect(cosmos.endpoint);
  });
  after(async () => {
    client.dispose();
    await cosmos.close();
  });
  afterEach(() => cosmos.faults.reset());

  const create = (id: string): OperationInput => ({
    operationType: 'Create',
    resourceBody: { id, partition: 'a' },
  });
  const statusesOf = (response: { result?: { statusCode: number }[] }) =>
    response.result?.map(({ statusCode }) => statusCode);

  it('does a batch as a whole', async () => {
    const container = await freshContainer(client);
    const response = await container.items.batch([create('1'), create('2')], 'a');
    assert.deepEqual([response.code, statusesOf(response)], [200, [201, 201]]);
  });

  it('or not at all: 207, the failed operation’s status, and 424 for the others', async () => {
    const container = await freshContainer(client);
    await container.items.create({ id: '2', partition: 'a' });
    const response = await container.items.batch([create('1'), create('2'), create('3')], 'a');
    assert.deepEqual([response.code, statusesOf(response)], [207, [424, 409, 424]]);
    assert.equal((await container.item('1', 'a').read()).statusCode, 404);
  });

  it('sees within a batch what it wrote before, and takes all of it back', async () => {
    const container = await freshContainer(client);
    await container.items.create({ id: '1', partition: 'a', n: 1 });
    const incr = (condition: string): OperationInput =>
      ({
        operationType: 'Patch',
        id: '1',
        resourceBody: { condition, operations: [{ op: 'incr', path: '/n', value: 1 }] },
      }) as OperationInput;
    const twice = [incr('from c where c.n = 1'), incr('from c where c.n = 2')];
    assert.deepEqual(statusesOf(await container.items.batch(twice, 'a')), [200, 200]);
    assert.deepEqual(
      statusesOf(
        await container.items.batch([incr('from c where c.n = 3'), incr('from c where c.n = 3')], 'a'),
      ),
      [424, 412],
    );
    assert.equal((await container.item('1', 'a').read<Thing>()).resource?.n, 3);
  });

  it('refuses a batch of more than 100 operations, and a patch of more than 10', async () => {
    const container = await freshContainer(client);
    const body = JSON.stringify(Array.from({ length: 101 }, (_, n) => create(String(n))));
    const url = `${cosmos.endpoint}/dbs/${container.database.id}/colls/things/docs`;
    const headers = { 'x-ms-cosmos-is-batch-request': 'true', 'x-ms-documentdb-partitionkey': '["a"]' };
    assert.equal((await fetch(url, { method: 'POST', headers, body })).status, 400);
    await container.items.create(a);
    const operations = Array.from({ length: 11 }, () => ({ op: 'incr' as const, path: '/n', value: 1 }));
    await assert.rejects(container.item('1', 'a').patch(operations), code(400));
  });

  it('refuses a patch of what it does not know, or cannot be', async () => {
    const container = await freshContainer(client);
    await container.items.create({ ...a, list: [1], text: 'x' });
    for (const operation of [
      { op: 'remove', path: '/missing' },
      { op: 'replace', path: '/missing', value: 1 },
      { op: 'incr', path: '/text', value: 1 },
      { op: 'set', path: '/missing/deep', value: 1 },
      { op: 'set', path: '/list/0', value: 1 },
      { op: 'set', path: '/id', value: '2' },
      { op: 'set', path: '/partition', value: 'b' },
    ]) {
      await assert.rejects(container.item('1', 'a').patch([operation as never]), code(400), operation.path);
    }
    const wrong = {
      condition: 'from c where c.n LIKE 1',
      operations: [{ op: 'incr', path: '/n', value: 1 }],
    };
    await assert.rejects(container.item('1', 'a').patch(wrong as never), code(400));
  });

  it('refuses ids that Azure does, and an item in the wrong partition', async () => {
    const container = await freshContainer(client);
    for (const id of ['a/b', 'a\\b', 'a?b', 'a#b']) {
      const response = await container.items.batch([create(id)], 'a');
      assert.deepEqual(statusesOf(response), [400], id);
    }
    assert.deepEqual(statusesOf(await container.items.batch([create('1')], 'b')), [400]);
  });

  it('asks for an index where a query needs one', async () => {
    const indexingPolicy = { includedPaths: [{ path: '/n/?' }], excludedPaths: [{ path: '/*' }] };
    const { items } = await freshContainer(client, { indexingPolicy });
    assert.deepEqual(
      (await items.query('SELECT * FROM c WHERE c.n = 1 ORDER BY c.n').fetchAll()).resources,
      [],
    );
    await assert.rejects(items.query('SELECT * FROM c ORDER BY c.other').fetchAll(), code(400));
  });

  it('pages a query of one partition by continuation', async () => {
    const { items } = await freshContainer(client);
    for (let n = 0; n < 7; n += 1) await items.create({ id: String(n), partition: 'a', n });
    const pages: number[] = [];
    let continuationToken: string | undefined;
    do {
      const options = { partitionKey: 'a', maxItemCount: 3, continuationToken };
      const page = await items.query<Thing>('SELECT * FROM c WHERE c.n >= 0', options).fetchNext();
      pages.push(page.resources.length);
      continuationToken = page.continuationToken;
    } while (continuationToken);
    assert.deepEqual(pages, [3, 3, 1]);
  });

  it('tells of every item’s latest version by its change feed, and goes on where it was', async () => {
    const { items, item } = await freshParts(client);
    const feed = (changeFeedStartFrom: ChangeFeedStartFrom) =>
      items.getChangeFeedIterator({ changeFeedStartFrom, maxItemCount: 4 });
    const drain = async (iterator: ReturnType<typeof feed>) => {
      const seen: string[] = [];
      for (;;) {
        const { statusCode, result, continuationToken } = await iterator.readNext();
        if (statusCode === 304) return { seen: seen.toSorted(), continuationToken };
        seen.push(...(result as unknown as Thing[]).map(({ id, n }) => `${id}:${n}`));
      }
    };
    for (let n = 0; n < 9; n += 1) await items.create({ id: String(n), partition: `p${n}`, n });
    await items.upsert({ id: '0', partition: 'p0', n: 100 });
    await item('1', 'p1').delete();
    const first = await drain(feed(ChangeFeedStartFrom.Beginning()));
    assert.deepEqual(first.seen, ['0:100', '2:2', '3:3', '4:4', '5:5', '6:6', '7:7', '8:8']);
    await items.batch([create('x'), create('y')], 'a');
    const second = await drain(feed(ChangeFeedStartFrom.Continuation(first.continuationToken)));
    assert.deepEqual(second.seen, ['x:undefined', 'y:undefined']);
  });

  it('forgets items after their time to live', async () => {
    const { items, item } = await freshParts(client, { defaultTtl: -1 });
    await items.create({ ...a, ttl: 60 });
    await items.create({ id: '2', partition: 'a' });
    cosmos.advance(61_000);
    assert.equal((await item('1', 'a').read()).statusCode, 404);
    assert.equal((await item('2', 'a').read()).statusCode, 200);
    await items.create(a);
  });

  it('answers with the faults it is told to, and keeps a list of what came', async () => {
    const { items, item } = await freshParts(client);
    cosmos.faults.plan({ kind: 'point', status: 429, retryAfterMs: 30 });
    await assert.rejects(items.create(a), (error: { code: number; retryAfterInMs: number }) => {
      assert.deepEqual([error.code, error.retryAfterInMs], [429, 30]);
      return true;
    });
    cosmos.faults.plan({ kind: 'point', lost: true });
    await assert.rejects(items.create(a));
    assert.equal((await item('1', 'a').read<Thing>()).resource?.n, 1);
    cosmos.faults.plan({ kind: 'batch', operationStatus: 449 });
    assert.deepEqual(statusesOf(await items.batch([create('8'), create('9')], 'a')), [449, 424]);
    const came = cosmos.faults.log.map(({ kind, method, status }) => `${kind} ${method} ${status}`);
    assert.deepEqual(came.slice(-4), ['point POST 429', 'point POST 201', 'point GET 200', 'batch POST 207']);
  });

  it('refuses SQL that it does not know', () => {
    for (const sql of [
      'SELECT c.n FROM c',
      'SELECT * FROM c JOIN d',
      'SELECT * FROM c WHERE c.n LIKE 1',
      'SELECT * FROM c WHERE c.n = @missing',
      'SELECT * FROM c WHERE c.n =',
      'SELECT * FROM c WHERE c.n = 1 GROUP BY c.n',
      'SELECT * FROM c ORDER BY c.n, c.m',
    ]) {
      assert.throws(() => parseQuery(sql), sql);
    }
    assert.throws(() => parseCondition('c.n = 1'));
  });

  it('compares like Azure: what is missing or of another type is neither more nor less nor equal', () => {
    const item = { n: 1, text: 'x', body: { 'a b': 2 } };
    const holds = (sql: string) => parseCondition(`from c where ${sql}`)(item);
    const truths = [
      'c.n >= 1',
      'c.body["a b"] > 1',
      'NOT IS_DEFINED(c.m)',
      '(c.m > 1 OR c.n = 1)',
      "c.text <> 'y'",
    ];
    assert.deepEqual(truths.map(holds), [true, true, true, true, true]);
    assert.deepEqual(["c.n = 'x'", 'c.m = 1', 'NOT c.m = 1', 'c.m < 1 AND c.n = 1'].map(holds), [
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});
