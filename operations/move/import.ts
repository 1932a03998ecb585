import { orderTable } from '../../functions/order/table.ts';
import type { Document } from '../../runtime/ports/documents.ts';
import { checkPlace, type Verdict } from './check.ts';
import { type Manifest, readKind, readManifest, verifyFolder } from './folder.ts';
import type { Place } from './place.ts';
import { type Restored, restore } from './restore.ts';
import type { Store, Thing } from './store.ts';

export interface ImportOptions {
  readonly target: Place;
  readonly folder: string;
  readonly say: (text: string) => void;
}

/** What a shop has of its own of these has been open; of the order table, that is orders. */
const guarded = [
  { name: 'products', what: 'products', isGuarded: () => true },
  {
    name: orderTable.name,
    what: 'orders',
    isGuarded: (thing: Thing) => (thing as Document<object>).id === 'order',
  },
];

/**
 * Writes what a folder holds into a shop, and compares. It may be repeated, after a death at any moment too.
 * @throws Error when the folder is not whole, or the shop has a life of its own, before anything is written; and when
 *   something else is in the way, after which nothing more is
 */
export async function importShop({ target, folder, say }: ImportOptions): Promise<Verdict> {
  const manifest = await readManifest(folder);
  checkKinds(manifest, target);
  await verifyFolder(folder, manifest);
  const waiting = await target.countWaiting();
  if (waiting > 0) throw new Error(`${target.name} is not at rest: ${waiting} messages are on their way`);
  for (const store of target.stores) await refuseOwn(target, store, folder);
  await target.markMoved(manifest.placedBefore);
  for (const store of target.stores) {
    const restored = await restore(store, readKind(folder, store.name));
    say(describe(store.name, restored));
    if (restored.conflicts.length > 0) throw new Error(inTheWay(target, store, restored.conflicts));
  }
  return checkPlace(target, folder, manifest);
}

/** @throws Error when the folder's shop and this one do not consist of the same */
export function checkKinds({ kinds }: Manifest, { stores }: Place): void {
  const [theirs, ours] = [kinds, stores].map((list) => list.map(({ name }) => name).join(', '));
  if (theirs !== ours)
    throw new Error(`the export is of another version of the shop: it has ${theirs}, and this has ${ours}`);
}

async function refuseOwn(target: Place, store: Store, folder: string): Promise<void> {
  const guard = guarded.find(({ name }) => name === store.name);
  if (!guard) return;
  const moved = new Set<string>();
  for await (const things of readKind(folder, store.name))
    for (const thing of things) moved.add(store.keyOf(thing));
  const own: string[] = [];
  for await (const things of store.read())
    own.push(
      ...things
        .filter(guard.isGuarded)
        .map(store.keyOf)
        .filter((key) => !moved.has(key)),
    );
  if (own.length === 0) return;
  throw new Error(
    `${target.name} is a shop of its own: ${own.length} of its ${guard.what} are not in the export, such as ${own[0]}. ` +
      'Move into one that has not been open, started with CATALOGUE=none.',
  );
}

function describe(name: string, { written, present, updated, conflicts }: Restored): string {
  const parts = [
    `${written} written`,
    ...(present > 0 ? [`${present} were there`] : []),
    ...(updated > 0 ? [`${updated} brought forward`] : []),
    ...(conflicts.length > 0 ? [`${conflicts.length} in conflict`] : []),
  ];
  return `${name.padEnd(17)} ${parts.join(', ')}`;
}

function inTheWay(target: Place, { name }: Store, conflicts: readonly string[]): string {
  const some = conflicts.slice(0, 10).map((conflict) => `\n  ${conflict}`);
  const more = conflicts.length > some.length ? `\n  and ${conflicts.length - some.length} more` : '';
  return `${target.name} has something else in the place of ${conflicts.length} ${name}; nothing after them was written:${some.join('')}${more}`;
}
