import { setTimeout as sleep } from 'node:timers/promises';
import { type BusFacts, factsOf, type Scan, type ShopFacts } from '../../local/verify/facts.ts';
import { checkInvariants } from '../../local/verify/invariants.ts';
import type { TableDefinition } from '../../runtime/function-service.ts';
import type { Document } from '../../runtime/ports/documents.ts';
import { prepareFolder, readKind, writeKind, writeManifest } from './folder.ts';
import { findUnheard } from './heard.ts';
import type { Place } from './place.ts';
import type { Store } from './store.ts';
import { createTally, sameTally, type Tally } from './tally.ts';

export interface ExportOptions {
  readonly source: Place;
  readonly folder: string;
  /** How long the shop may take to come to rest, in milliseconds. */
  readonly waitMs: number;
  /** Tells a person how far it is. */
  readonly say: (text: string) => void;
}

/**
 * Writes all of a shop at rest into a folder, as it was at one moment. Everything is read twice: what has the same
 * version both times had it throughout, so what is alike in both was the whole shop when the first reading ended.
 * @throws Error when the shop does not come to rest, or is not as it must always be
 */
export async function exportShop({ source, folder, waitMs, say }: ExportOptions): Promise<ShopFacts> {
  await prepareFolder(folder);
  const deadline = Date.now() + waitMs;
  for (let said = false; ; said = true) {
    const restless = await attempt(source, folder);
    if (typeof restless !== 'string') return restless;
    if (Date.now() > deadline) {
      throw new Error(
        `${source.name} is not at rest, and only what is can be moved: ${restless}. Nobody may order while it is read.`,
      );
    }
    if (!said) say(`waiting for ${source.name} to come to rest: ${restless}`);
    await sleep(500);
  }
}

/** Answers with what there was, or with why it cannot be moved now. */
async function attempt(source: Place, folder: string): Promise<ShopFacts | string> {
  const before = await source.countWaiting();
  if (before > 0) return `${before} messages are on their way`;
  const takenAt = new Date().toISOString();
  const kinds: ({ readonly name: string } & Tally)[] = [];
  for (const store of source.stores) {
    kinds.push({ name: store.name, ...(await writeKind(folder, store.name, store.read())) });
  }
  const after = await source.countWaiting();
  if (after > 0) return `${after} messages are on their way`;
  for (const [position, store] of source.stores.entries()) {
    const first = kinds[position];
    if (!first || !sameTally(first, await tallyOf(store))) return `${store.name} changed while it was read`;
  }
  const unheard = await findUnheard(folder);
  if (unheard) return unheard;
  const facts = await factsIn(folder, await source.bus());
  const [finding] = checkInvariants(facts);
  if (finding) return finding.problem;
  const placedBefore = justAfter(takenAt, facts);
  await writeManifest(folder, { from: source.name, takenAt, placedBefore, kinds });
  return facts;
}

export async function tallyOf(store: Store): Promise<Tally> {
  const tally = createTally();
  for await (const things of store.read()) for (const thing of things) tally.add(thing);
  return tally.result();
}

/** What the invariants are about, as a folder has it. */
export function factsIn(folder: string, bus: BusFacts): Promise<ShopFacts> {
  const scan: Scan = async <Body>({ name }: TableDefinition) => {
    const found: Document<Body>[] = [];
    for await (const things of readKind(folder, name)) found.push(...(things as Document<Body>[]));
    return found;
  };
  return factsOf(scan, bus);
}

/** After the last order, whose shop's clock may have been ahead of this one. */
function justAfter(takenAt: string, { orders }: ShopFacts): string {
  const last = [takenAt, ...orders.map(({ placedAt }) => placedAt)].toSorted().at(-1) ?? takenAt;
  return new Date(Date.parse(last) + 1).toISOString();
}
