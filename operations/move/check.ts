import { factsOf, type Scan, type ShopFacts } from '../../local/verify/facts.ts';
import { checkInvariants } from '../../local/verify/invariants.ts';
import type { TableDefinition } from '../../runtime/function-service.ts';
import type { Document } from '../../runtime/ports/documents.ts';
import { type Manifest, readKind } from './folder.ts';
import { movedTables, type Place } from './place.ts';
import type { Store, Thing } from './store.ts';
import { canonical, createTally, sameTally } from './tally.ts';

/** One kind at the end of a move. */
export interface Comparison {
  readonly name: string;
  readonly moved: number;
  readonly there: number;
  /** What is not there, or not as it was. */
  readonly problems: readonly string[];
}

export interface Verdict {
  readonly comparisons: readonly Comparison[];
  readonly facts: ShopFacts;
  /** Everything that is wrong: empty after a move that went well. */
  readonly problems: readonly string[];
}

/** Compares a shop with what a folder holds, thing by thing where their sums differ, and checks what must always hold. */
export async function checkPlace(place: Place, folder: string, { kinds }: Manifest): Promise<Verdict> {
  const comparisons: Comparison[] = [];
  const tables = new Map<string, Document<never>[]>();
  for (const [position, store] of place.stores.entries()) {
    const kind = kinds[position];
    if (!kind) throw new Error(`the export has no ${store.name}`);
    const tally = createTally();
    const documents: Thing[] = [];
    for await (const things of store.read()) {
      for (const thing of things) tally.add(thing);
      if (isTable(store)) documents.push(...things);
    }
    tables.set(store.name, documents as Document<never>[]);
    const { count } = tally.result();
    const problems = sameTally(kind, tally.result()) ? [] : await differences(store, folder);
    comparisons.push({ name: store.name, moved: kind.count, there: count, problems });
  }
  const scan: Scan = async ({ name }: TableDefinition) => tables.get(name) ?? [];
  const facts = await factsOf(scan, await place.bus());
  return {
    comparisons,
    facts,
    problems: [
      ...comparisons.flatMap(({ name, problems }) => problems.map((problem) => `${name}: ${problem}`)),
      ...checkInvariants(facts).map(({ invariant, problem }) => `invariant ${invariant}: ${problem}`),
    ],
  };
}

const isTable = ({ name }: Store) => movedTables.some((table) => table.name === name);

/** What the shop may have of its own is no difference. */
async function differences(store: Store, folder: string): Promise<string[]> {
  const problems: string[] = [];
  for await (const things of readKind(folder, store.name)) {
    const found = await store.find(things);
    for (const [position, thing] of things.entries()) {
      const there = found[position];
      if (!there) problems.push(`${store.keyOf(thing)} is missing`);
      else if (canonical(there) !== canonical(thing)) problems.push(`${store.keyOf(thing)} is not as it was`);
    }
  }
  return problems;
}
