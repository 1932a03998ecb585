import { ConflictError } from '../../runtime/errors.ts';
import type { Document, Documents, Unit } from '../../runtime/ports/documents.ts';
import type { Store } from './store.ts';

type Carried = Document<object>;

const pageSize = 500;
/** A unit is one request to a cloud, which takes 100 writes and 2 MB. */
const unitSize = 50;

/** The documents of one table. */
export function documentStore(name: string, documents: Documents): Store {
  const commit = (partition: string, writes: Unit['writes']) => documents.commit({ partition, writes });

  /** Answers with those that were there. */
  const createUnit = async (unit: readonly Carried[]): Promise<Carried[]> => {
    const [first] = unit;
    if (!first) return [];
    try {
      await commit(first.partition, unit.map(creating));
      return [];
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
      if (unit.length === 1) return [...unit];
      return (await Promise.all(unit.map((one) => createUnit([one])))).flat();
    }
  };

  return {
    name,
    keyOf: (thing) => `${(thing as Carried).partition}/${(thing as Carried).id}`,
    read: async function* () {
      let cursor: string | undefined;
      do {
        const page = await documents.scan<object>({ limit: pageSize, cursor });
        yield page.items;
        cursor = page.cursor;
      } while (cursor);
    },
    create: async (things) => {
      const byPartition = Map.groupBy(things as readonly Carried[], ({ partition }) => partition);
      const units = [...byPartition.values()].flatMap((all) => slices(all, unitSize));
      return (await Promise.all(units.map(createUnit))).flat();
    },
    find: (things) => Promise.all((things as readonly Carried[]).map((key) => documents.get<object>(key))),
    supersede: async (older, newer) => {
      const { partition, id, version } = older as Carried;
      // Two commits, for a document is written once in each; a death in between leaves it to be created again.
      await commit(partition, [{ kind: 'delete', id, version }]);
      await commit(partition, [creating(newer as Carried)]);
    },
  };
}

const creating = ({ id, version, body }: Carried) => ({ kind: 'create', id, version, body }) as const;

function slices<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, n) =>
    items.slice(n * size, (n + 1) * size),
  );
}
