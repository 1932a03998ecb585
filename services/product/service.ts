import {
  createProduct,
  deleteProduct,
  getProduct,
  listProducts,
  replaceProduct,
} from '../../runtime/contracts/api/product.ts';
import { notFound, ProblemError } from '../../runtime/http/problem.ts';
import { implement, type Reply, type Route } from '../../runtime/http/route.ts';
import type { Cache } from '../../runtime/ports/cache.ts';
import { type Clock, systemClock } from '../../runtime/ports/clock.ts';
import type { Database } from '../../runtime/sql/pool.ts';
import { type Answer, conditionalReply, makeAnswer, matches } from './answer.ts';
import { createEditor } from './editor.ts';
import { createReader } from './reader.ts';

export interface ProductServiceOptions {
  readonly database: Database;
  readonly cache: Cache;
  /** How long an answer is kept, in milliseconds; a change through this process shows at once all the same. */
  readonly cacheTtlMs: number;
  /** How many matches a search ranks and sorts at most. @default 60 */
  readonly searchCandidates?: number;
  readonly clock?: Clock;
}

/** The catalogue: public reads through the cache, an admin's changes with their events in the outbox. */
export function createProductService(options: ProductServiceOptions): { readonly routes: readonly Route[] } {
  const { database, cache, cacheTtlMs, searchCandidates = 60, clock = systemClock } = options;
  const reader = createReader({ database, cache, cacheTtlMs, searchCandidates });
  const editor = createEditor({ database, clock, changed: reader.forget });
  return {
    routes: [
      implement(
        listProducts,
        async ({ query, rawHeaders }) => replyWith(await reader.list(query), rawHeaders),
        ({ query, rawHeaders }) => replyIf(reader.listNow(query), rawHeaders),
      ),
      implement(
        getProduct,
        async ({ params, rawHeaders }) => replyWith(await reader.product(params.id), rawHeaders),
        ({ params, rawHeaders }) => replyIf(reader.productNow(params.id), rawHeaders),
      ),
      implement(createProduct, async ({ body }) => {
        const product = await editor.create(body);
        const { etag, body: bytes } = makeAnswer(product);
        const headers = { 'content-type': 'application/json', etag, location: `/api/products/${product.id}` };
        return { status: 201, headers, body: bytes };
      }),
      implement(replaceProduct, async ({ params, body, rawHeaders }) => {
        const product = await editor.replace(params.id, body, (present) => {
          const wanted = rawHeaders['if-match'];
          if (wanted === undefined || matches(wanted, makeAnswer(present).etag)) return;
          throw new ProblemError(412, 'The product has changed since you read it: read it again.');
        });
        const { etag, body: bytes } = makeAnswer(product);
        return { status: 200, headers: { 'content-type': 'application/json', etag }, body: bytes };
      }),
      implement(deleteProduct, async ({ params }) => {
        if (!(await editor.remove(params.id))) throw notFound('product');
        return { status: 204 };
      }),
    ],
  };
}

type Headers = Readonly<Record<string, string | undefined>>;

const replyWith = (answer: Answer, headers: Headers): Reply =>
  conditionalReply(answer, headers['if-none-match']);
const replyIf = (answer: Answer | undefined, headers: Headers): Reply | undefined =>
  answer && replyWith(answer, headers);
