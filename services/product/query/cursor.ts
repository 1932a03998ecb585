import { badRequest } from '../../../runtime/http/problem.ts';

/**
 * Where a page ended, within the list that made it. `key` and `id` are the sort key and the id of the last
 * product seen: the next page begins after them, wherever they are by then.
 */
export interface PageStart {
  readonly key: string | number;
  readonly id: string;
  /** A search's pages look at the catalogue of the first one: no newer position counts. */
  readonly upTo?: number;
}

/** `list` names the list that the cursor belongs to: its filters and its order. */
export function encodeCursor(list: string, { key, id, upTo }: PageStart): string {
  return Buffer.from(JSON.stringify(upTo === undefined ? [list, key, id] : [list, key, id, upTo])).toString(
    'base64url',
  );
}

/**
 * The key is the order's to check.
 * @throws ProblemError 400 naming `cursor` when it was not made by this list
 */
export function decodeCursor(list: string, isSearch: boolean, cursor: string): PageStart {
  const [from, key, id, upTo] = readArray(cursor);
  if (typeof from !== 'string' || !isKey(key) || typeof id !== 'string' || !isId(id)) throw malformed();
  if (from !== list) {
    throw badRequest('cursor', 'belongs to a list with other filters or another order: begin without it');
  }
  if (!isSearch) return { key, id };
  if (typeof upTo !== 'number' || !Number.isSafeInteger(upTo)) throw malformed();
  return { key, id, upTo };
}

const malformed = () => badRequest('cursor', 'is not one that this list gave: take it from nextCursor');

const isId = (id: string) => /^PRD-[0-9A-Z]{1,32}$/.test(id);

const isKey = (key: unknown): key is string | number => typeof key === 'string' || typeof key === 'number';

function readArray(cursor: string): unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
