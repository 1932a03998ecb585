import { notFound } from '../../runtime/http/problem.ts';
import type { Cache } from '../../runtime/ports/cache.ts';
import type { Database } from '../../runtime/sql/pool.ts';
import { type Answer, makeAnswer } from './answer.ts';
import { encodeCursor } from './query/cursor.ts';
import { listPage } from './query/list.ts';
import { type AskedList, type ListQuery, readListQuery } from './query/list-query.ts';
import { toProduct } from './query/rows.ts';
import { searchPage } from './query/search.ts';
import { readProduct } from './store.ts';

export interface ReaderDependencies {
  readonly database: Database;
  readonly cache: Cache;
  readonly cacheTtlMs: number;
  readonly searchCandidates: number;
}

export interface Reader {
  /** What is at hand, without waiting. @throws ProblemError 400 */
  listNow(asked: AskedList): Answer | undefined;
  productNow(id: string): Answer | undefined;
  /** @throws ProblemError 400 */
  list(asked: AskedList): Promise<Answer>;
  /** @throws ProblemError 404 */
  product(id: string): Promise<Answer>;
  /** After a change: of this product and of every list, for it may have entered or left any of them. */
  forget(id: string): Promise<void>;
}

const productKey = (id: string) => `product:${id}`;

/** Reads the catalogue through the cache, as finished answers. */
export function createReader({ database, cache, cacheTtlMs, searchCandidates }: ReaderDependencies): Reader {
  // The same object comes in for the same query string (see createServer): read it once.
  const read = new WeakMap<AskedList, ListQuery>();
  const readOnce = (asked: AskedList): ListQuery => {
    const known = read.get(asked);
    if (known) return known;
    const query = readListQuery(asked);
    read.set(asked, query);
    return query;
  };

  const loadList = async (query: ListQuery): Promise<Answer> => {
    const search = query.words !== undefined && query.sku === undefined;
    const page = search
      ? await searchPage(database, query, searchCandidates)
      : await listPage(database, query);
    return makeAnswer({
      items: page.rows.map(toProduct),
      nextCursor: page.next ? encodeCursor(query.list, page.next) : null,
      ...(page.capped && { capped: true }),
    });
  };

  return {
    listNow: (asked) => cache.peek?.(readOnce(asked).cacheKey),
    productNow: (id) => cache.peek?.(productKey(id)),
    async list(asked) {
      const query = readOnce(asked);
      return cache.getOrLoad(query.cacheKey, cacheTtlMs, () => loadList(query));
    },
    async product(id) {
      return cache.getOrLoad(productKey(id), cacheTtlMs, async () => {
        const product = await readProduct(database, id);
        if (!product) throw notFound('product');
        return makeAnswer(product);
      });
    },
    async forget(id) {
      await Promise.all([cache.invalidate('list:'), cache.invalidate(productKey(id))]);
    },
  };
}
