import type { Stored } from './container.ts';
import { rangeOf } from './ranges.ts';

/** Entries that may be there no longer, before they are cleared out. */
const minStale = 1_000;

/** The writes of a container by range, in their order, so that a change feed is read from where its reader is. */
export class ChangeLog {
  readonly #items: ReadonlyMap<string, Stored>;
  readonly #ranges = new Map<string, Stored[]>();

  /** @param items as they are now: a write that another took the place of is none any more */
  constructor(items: ReadonlyMap<string, Stored>) {
    this.#items = items;
  }

  add(stored: Stored): void {
    const range = rangeOf(stored.partition);
    const writes = this.#ranges.get(range) ?? [];
    writes.push(stored);
    const mayBeStale = writes.length > minStale && writes.length > 2 * this.#items.size;
    this.#ranges.set(range, mayBeStale ? writes.filter((write) => this.#isLatest(write)) : writes);
  }

  /** Of a range, those later than `lsn`. */
  *after(range: string, lsn: number): Generator<Stored> {
    const writes = this.#ranges.get(range) ?? [];
    let from = 0;
    for (let to = writes.length; from < to; ) {
      const middle = (from + to) >> 1;
      if ((writes[middle]?.lsn ?? 0) > lsn) to = middle;
      else from = middle + 1;
    }
    for (const write of writes.slice(from)) if (this.#isLatest(write)) yield write;
  }

  #isLatest(write: Stored): boolean {
    return this.#items.get(write.key) === write;
  }
}
