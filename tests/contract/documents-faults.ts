import assert from 'node:assert/strict';
import type { Documents, Unit, Write } from '../../runtime/ports/documents.ts';
import { casesAbout, failingCases } from './case.ts';
import { type DocumentsBackend, documentsCases } from './documents.ts';

/** Adapters that break one promise each, as a careless one would. */
const documentsFaults: Record<string, (documents: Documents) => Documents> = {
  'writes one by one instead of together': (documents) => ({
    ...documents,
    commit: async (unit: Unit) => {
      for (const write of unit.writes) await documents.commit({ partition: unit.partition, writes: [write] });
      await documents.commit({ ...unit, writes: [] });
    },
  }),
  'ignores the expected version': (documents) => ({
    ...documents,
    commit: async (unit: Unit) => {
      const writes: Write[] = [];
      for (const write of unit.writes) {
        if (write.kind !== 'replace' && write.kind !== 'delete') writes.push(write);
        else {
          const found = await documents.get({ partition: unit.partition, id: write.id });
          if (found) writes.push({ ...write, version: found.version });
        }
      }
      await documents.commit({ ...unit, writes });
    },
  }),
  'adjusts by reading and writing': (documents) => ({
    ...documents,
    commit: async (unit: Unit) => {
      const writes: Write[] = [];
      for (const write of unit.writes) {
        if (write.kind !== 'adjust') writes.push(write);
        else {
          const found = await documents.get<Record<string, number>>({
            partition: unit.partition,
            id: write.id,
          });
          const body = { ...found?.body };
          for (const [field, by] of Object.entries(write.by)) body[field] = (body[field] ?? 0) + by;
          writes.push({ kind: 'replace', id: write.id, version: found?.version ?? 0, body });
        }
      }
      await documents.commit({ ...unit, writes });
    },
  }),
  'forgets which events were handled': (documents) => ({
    ...documents,
    commit: (unit: Unit) => documents.commit({ ...unit, handled: undefined }),
  }),
  'loses events': (documents) => ({
    ...documents,
    commit: (unit: Unit) => documents.commit({ ...unit, events: [] }),
  }),
  'publishes before it commits': (documents) => ({
    ...documents,
    commit: async (unit: Unit) => {
      await documents.commit({ partition: unit.partition, writes: [], events: unit.events });
      await documents.commit({ ...unit, events: [] });
    },
  }),
  'reads stale documents': (documents) => {
    const first = new Map<string, unknown>();
    return {
      ...documents,
      get: async (key) => {
        const name = JSON.stringify(key);
        if (!first.has(name)) first.set(name, await documents.get(key));
        return first.get(name) as never;
      },
    };
  },
  'pages by offset': (documents) => ({
    ...documents,
    query: async (index, query) => {
      const all = await documents.query(index, { ...query, cursor: undefined, limit: 1000 });
      const from = Number(query.cursor ?? 0);
      const limit = query.limit ?? 100;
      const items = all.items.slice(from, from + limit) as never[];
      return from + limit < all.items.length ? { items, cursor: String(from + limit) } : { items };
    },
  }),
};

/** The case that must catch each of them. */
const documentsFaultsCaughtBy: Record<string, string> = {
  'writes one by one instead of together': 'commits a unit as a whole',
  'ignores the expected version': 'replaces only the expected version',
  'adjusts by reading and writing': '1,000 contenders',
  'forgets which events were handled': 'handles an event once',
  'loses events': 'publishes the events of a unit',
  'publishes before it commits': 'commits a unit as a whole',
  'reads stale documents': 'deletes only the expected version',
  'pages by offset': 'pages through an index',
};

/** The contract itself against an adapter with each fault planted: it must turn red. */
export function describeDocumentsFaults<Backend extends DocumentsBackend>(
  name: string,
  open: (spoil: (documents: Documents) => Documents) => Promise<Backend>,
  close: (backend: Backend) => Promise<void>,
): void {
  describe(`the documents contract turns red on ${name} that`, function () {
    this.timeout(120_000);
    for (const [title, spoil] of Object.entries(documentsFaults)) {
      it(title, async () => {
        const cases = casesAbout(documentsCases, documentsFaultsCaughtBy[title] ?? '');
        assert.notDeepEqual(await failingCases(cases, () => open(spoil), close), []);
      });
    }
  });
}
