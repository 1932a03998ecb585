import assert from 'node:assert/strict';
import type { ShopEvent } from '../../runtime/contracts/events/envelope.ts';
import { makeEvent, maxEventBytes } from '../../runtime/contracts/events/make.ts';
import {
  AlreadyHandledError,
  ConflictError,
  InsufficientError,
  OversizeEventError,
} from '../../runtime/errors.ts';
import type { TableDefinition } from '../../runtime/function-service.ts';
import type { Document, Documents, Unit } from '../../runtime/ports/documents.ts';
import { type ContractCase, eventually } from './case.ts';

/** What an adapter must offer to be held to the documents contract. */
export interface DocumentsBackend {
  open(table: TableDefinition): Documents;
  /** What was published about an aggregate so far. */
  published(subject: string): Promise<ShopEvent[]>;
}

interface Thing {
  readonly owner?: string;
  readonly rank?: string;
  readonly left?: number;
  readonly taken?: number;
  readonly note?: unknown;
}

export const thingTable: TableDefinition = {
  name: 'thing',
  indexes: {
    byOwner: (body: Thing) => (body.owner ? { hash: body.owner, sort: body.rank ?? '' } : undefined),
    byNote: (body: Thing) => (typeof body.note === 'string' ? { hash: 'note', sort: body.note } : undefined),
  },
};

const create = (partition: string, body: Thing, id = 'thing'): Unit => ({
  partition,
  writes: [{ kind: 'create', id, body }],
});
const replace = (partition: string, version: number, body: Thing, id = 'thing'): Unit => ({
  partition,
  writes: [{ kind: 'replace', id, version, body }],
});
const adjust = (partition: string, by: Record<string, number>): Unit => ({
  partition,
  writes: [{ kind: 'adjust', id: 'thing', by }],
});
const saidOf = (subject: string) =>
  makeEvent('notification.sent', subject, 1, {
    messageId: 'm',
    channel: 'email',
    template: 't',
    about: subject,
  });

const cases: [string, (things: Documents, backend: DocumentsBackend) => Promise<void>][] = [
  [
    'gives back what was created, at version 1, and nothing of what was not',
    async (things) => {
      const body = {
        note: { text: 'Grüße, 世界 \\ " \n', deep: [{ n: Number.MAX_SAFE_INTEGER, no: null }] },
      };
      await things.commit(create('a', body));
      assert.deepEqual(await things.get({ partition: 'a', id: 'thing' }), {
        partition: 'a',
        id: 'thing',
        version: 1,
        body,
      });
      assert.equal(await things.get({ partition: 'a', id: 'other' }), undefined);
      assert.equal(await things.get({ partition: 'b', id: 'thing' }), undefined);
    },
  ],
  [
    'creates once: the second create is a conflict and changes nothing',
    async (things) => {
      await things.commit(create('a', { left: 1 }));
      await assert.rejects(things.commit(create('a', { left: 2 })), ConflictError);
      assert.equal((await things.get<Thing>({ partition: 'a', id: 'thing' }))?.body.left, 1);
    },
  ],
  [
    'replaces only the expected version',
    async (things) => {
      await things.commit(create('a', { left: 1 }));
      await things.commit(replace('a', 1, { left: 2 }));
      await assert.rejects(things.commit(replace('a', 1, { left: 3 })), ConflictError);
      await assert.rejects(things.commit(replace('gone', 1, { left: 3 })), ConflictError);
      const found = await things.get<Thing>({ partition: 'a', id: 'thing' });
      assert.deepEqual([found?.version, found?.body.left], [2, 2]);
    },
  ],
  [
    'deletes only the expected version, and a deleted document can be created again',
    async (things) => {
      await things.commit(create('a', { left: 1 }));
      const remove = (version: number): Unit => ({
        partition: 'a',
        writes: [{ kind: 'delete', id: 'thing', version }],
      });
      await assert.rejects(things.commit(remove(2)), ConflictError);
      await things.commit(remove(1));
      assert.equal(await things.get({ partition: 'a', id: 'thing' }), undefined);
      await things.commit(create('a', { left: 5 }));
      assert.equal((await things.get({ partition: 'a', id: 'thing' }))?.version, 1);
    },
  ],
  [
    'creates at the version that a document had elsewhere, once, and counts on from there',
    async (things) => {
      const moved: Unit = {
        partition: 'a',
        writes: [{ kind: 'create', id: 'thing', version: 41, body: { left: 1 } }],
      };
      await things.commit(moved);
      await assert.rejects(things.commit(moved), ConflictError);
      assert.equal((await things.get({ partition: 'a', id: 'thing' }))?.version, 41);
      await things.commit(adjust('a', { left: 1 }));
      await things.commit(replace('a', 42, { left: 7 }));
      const found = await things.get<Thing>({ partition: 'a', id: 'thing' });
      assert.deepEqual([found?.version, found?.body.left], [43, 7]);
    },
  ],
  [
    'lets one of twenty writers of the same version win',
    async (things) => {
      await things.commit(create('a', { left: 0 }));
      const tries = Array.from({ length: 20 }, (_, n) => things.commit(replace('a', 1, { left: n })));
      const outcomes = await Promise.allSettled(tries);
      assert.equal(outcomes.filter((outcome) => outcome.status === 'fulfilled').length, 1);
      assert.equal((await things.get({ partition: 'a', id: 'thing' }))?.version, 2);
    },
  ],
  [
    'commits a unit as a whole or not at all: documents, event and mark',
    async (things, backend) => {
      await things.commit(create('a', { left: 1 }));
      const handled = { consumer: 'test', eventId: 'event-whole' };
      const unit: Unit = {
        partition: 'a',
        writes: [
          { kind: 'create', id: 'beside', body: {} },
          { kind: 'replace', id: 'thing', version: 7, body: {} },
        ],
        events: [saidOf('whole')],
        handled,
      };
      await assert.rejects(things.commit(unit), ConflictError);
      assert.equal(await things.get({ partition: 'a', id: 'beside' }), undefined);
      assert.deepEqual(await backend.published('whole'), []);
      // The mark was not left behind either: the same unit, put right, goes through.
      await things.commit({ ...unit, writes: [{ kind: 'create', id: 'beside', body: {} }] });
      await eventually(async () => assert.equal((await backend.published('whole')).length, 1));
    },
  ],
  [
    'publishes the events of a unit, each once, with their data',
    async (things, backend) => {
      const events = [saidOf('said'), saidOf('said')];
      await things.commit({ ...create('a', {}), events });
      await eventually(async () => {
        const ids = (await backend.published('said')).map((event) => event.id);
        assert.deepEqual(ids.toSorted(), events.map((event) => event.id).toSorted());
      });
      assert.deepEqual((await backend.published('said'))[0]?.data, events[0]?.data);
    },
  ],
  [
    'handles an event once: a second unit with the same mark changes nothing and says nothing',
    async (things, backend) => {
      const handled = { consumer: 'test', eventId: 'event-once' };
      await things.commit({ ...create('a', { left: 1 }), handled });
      const again: Unit = { ...replace('a', 1, { left: 2 }), events: [saidOf('again')], handled };
      await assert.rejects(things.commit(again), AlreadyHandledError);
      assert.equal((await things.get<Thing>({ partition: 'a', id: 'thing' }))?.body.left, 1);
      // Another consumer handles the same event for itself.
      await things.commit({ ...replace('a', 1, { left: 3 }), handled: { ...handled, consumer: 'other' } });
      assert.deepEqual(await backend.published('again'), []);
    },
  ],
  [
    'adjusts numbers without an expected version, and counts the version on',
    async (things) => {
      await things.commit(create('a', { left: 5, note: 'kept' }));
      await things.commit(adjust('a', { left: -2, taken: 2 }));
      const found = await things.get<Thing>({ partition: 'a', id: 'thing' });
      assert.deepEqual(found?.body, { left: 3, taken: 2, note: 'kept' });
      assert.equal(found?.version, 2);
    },
  ],
  [
    'never adjusts below zero, and not a document that is not there',
    async (things) => {
      await things.commit(create('a', { left: 1, taken: 0 }));
      await assert.rejects(things.commit(adjust('a', { left: -2, taken: 2 })), InsufficientError);
      await assert.rejects(things.commit(adjust('gone', { left: 1 })), InsufficientError);
      assert.deepEqual((await things.get<Thing>({ partition: 'a', id: 'thing' }))?.body, {
        left: 1,
        taken: 0,
      });
    },
  ],
  [
    'gives 100 pieces to exactly 100 of 1,000 contenders',
    async (things) => {
      await things.commit(create('a', { left: 100, taken: 0 }));
      const tries = Array.from({ length: 1_000 }, (_, n) =>
        things.commit({
          partition: 'a',
          writes: [
            { kind: 'adjust', id: 'thing', by: { left: -1, taken: 1 } },
            { kind: 'create', id: `taker-${n}`, body: {} },
          ],
        }),
      );
      const outcomes = await Promise.allSettled(tries);
      const refused = outcomes
        .filter((outcome) => outcome.status === 'rejected')
        .map((outcome) => outcome.reason);
      assert.equal(outcomes.length - refused.length, 100);
      assert.ok(refused.every((error) => error instanceof InsufficientError));
      assert.deepEqual((await things.get<Thing>({ partition: 'a', id: 'thing' }))?.body, {
        left: 0,
        taken: 100,
      });
      const takers = (await everything(things)).filter((document) => document.id.startsWith('taker-'));
      assert.equal(takers.length, 100);
    },
  ],
  [
    'keeps the failure of one unit from the units committed beside it',
    async (things) => {
      await things.commit(create('taken', {}));
      const units = ['b', 'taken', 'c', 'd'].map((partition) => things.commit(create(partition, {})));
      const outcomes = (await Promise.allSettled(units)).map((outcome) => outcome.status);
      assert.deepEqual(outcomes, ['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
    },
  ],
  [
    'finds documents by a named index, in both orders, and below a bound',
    async (things) => {
      for (const rank of ['3', '1', '2']) await things.commit(create(`p${rank}`, { owner: 'ann', rank }));
      await things.commit(create('p9', { owner: 'bob', rank: '0' }));
      const ranks = async (query: object) =>
        (await things.query<Thing>('byOwner', { hash: 'ann', ...query })).items.map((item) => item.body.rank);
      await eventually(async () => assert.deepEqual(await ranks({}), ['1', '2', '3']));
      assert.deepEqual(await ranks({ order: 'desc' }), ['3', '2', '1']);
      assert.deepEqual(await ranks({ before: '3' }), ['1', '2']);
    },
  ],
  [
    'moves a document in its index as it changes, and takes it out',
    async (things) => {
      const owners = async (hash: string) => (await things.query('byOwner', { hash })).items.length;
      await things.commit(create('a', { owner: 'ann' }));
      await things.commit(replace('a', 1, { owner: 'bob' }));
      await eventually(async () => assert.deepEqual([await owners('ann'), await owners('bob')], [0, 1]));
      await things.commit(replace('a', 2, {}));
      await eventually(async () => assert.equal(await owners('bob'), 0));
    },
  ],
  [
    'pages through an index without a repeat or a gap, while others are added and removed',
    async (things) => {
      const rank = (n: number) => String(n).padStart(4, '0');
      await Promise.all(
        Array.from({ length: 50 }, (_, n) =>
          things.commit(create(`p${n}`, { owner: 'ann', rank: rank(n * 10) })),
        ),
      );
      await eventually(async () =>
        assert.equal((await things.query('byOwner', { hash: 'ann' })).items.length, 50),
      );
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await things.query<Thing>('byOwner', { hash: 'ann', limit: 7, cursor });
        seen.push(...page.items.map((item) => item.partition));
        cursor = page.cursor;
        // Before and within what was read already.
        const n = seen.length;
        await things.commit(create(`new${n}`, { owner: 'ann', rank: rank(n * 10 - 15) }));
      } while (cursor);
      const old = seen.filter((partition) => partition.startsWith('p'));
      assert.deepEqual(
        old,
        Array.from({ length: 50 }, (_, n) => `p${n}`),
      );
      assert.equal(new Set(seen).size, seen.length);
    },
  ],
  [
    'refuses a cursor that no page gave',
    async (things) => {
      const values = [
        null,
        1,
        'text',
        {},
        [],
        ['a'],
        [1, 2],
        [1, 2, 3],
        [[], [], []],
        ['\0', '\0'],
        ['\0', '', ''],
      ];
      const encoded = values.map((value) => Buffer.from(JSON.stringify(value)).toString('base64url'));
      for (const cursor of ['', 'nonsense', '\0', ...encoded]) {
        const says = { name: 'InvalidCursorError' };
        await assert.rejects(things.query('byOwner', { hash: 'ann', cursor }), says, cursor);
        await assert.rejects(things.scan({ cursor }), says, cursor);
      }
    },
  ],
  [
    'scans every document of its own table, in pages, and no other table’s',
    async (things, backend) => {
      const others = backend.open({ ...thingTable, name: 'other' });
      await others.commit(create('x', {}));
      await Promise.all(Array.from({ length: 25 }, (_, n) => things.commit(create(`p${n}`, { left: n }))));
      const all = await everything(things, 10);
      assert.deepEqual(
        all.map((item) => item.partition).toSorted(),
        Array.from({ length: 25 }, (_, n) => `p${n}`).toSorted(),
      );
      assert.equal(await others.get({ partition: 'p1', id: 'thing' }), undefined);
    },
  ],
  [
    'refuses an event over the limit of the buses, before anything is written',
    async (things) => {
      const huge = makeEvent('notification.sent', 'huge', 1, {
        messageId: 'm'.repeat(maxEventBytes),
        channel: 'email',
        template: 't',
        about: 'huge',
      });
      await assert.rejects(things.commit({ ...create('a', {}), events: [huge] }), OversizeEventError);
      assert.equal(await things.get({ partition: 'a', id: 'thing' }), undefined);
    },
  ],
];

async function everything(things: Documents, limit = 1000): Promise<Document<Thing>[]> {
  const all: Document<Thing>[] = [];
  let cursor: string | undefined;
  do {
    const page = await things.scan<Thing>({ limit, cursor });
    all.push(...page.items);
    cursor = page.cursor;
  } while (cursor);
  return all;
}

export const documentsCases: ContractCase<DocumentsBackend>[] = cases.map(([title, run]) => ({
  title,
  run: (backend) => run(backend.open(thingTable), backend),
}));
