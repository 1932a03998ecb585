/**
 * How a list that is asked for is read, and its cursors; and how answers are compared by ETag. It does not prove
 * what the database makes of them.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { listProducts } from '../../../runtime/contracts/api/product.ts';
import { ProblemError } from '../../../runtime/http/problem.ts';
import { conditionalReply, makeAnswer, matches } from '../../../services/product/answer.ts';
import { decodeCursor, encodeCursor } from '../../../services/product/query/cursor.ts';
import { readListQuery } from '../../../services/product/query/list-query.ts';
import { rowsFor } from '../../../services/product/query/order.ts';

const read = (asked: Record<string, string>) => readListQuery(listProducts.query.parse(asked));
const id = 'PRD-01K9GZ6Q7W3V8B5N2M4X6Y8T0R';

const refused = (field: string) => (error: unknown) =>
  error instanceof ProblemError && error.status === 400 && error.errors?.[0]?.field === field;

describe('a list that is asked for', () => {
  it('has one cache key, however it is asked for', () => {
    const { cacheKey } = read({ q: 'red mug', category: 'Cups' });
    const ways: Record<string, string>[] = [
      { category: 'Cups', q: 'red mug' },
      { q: '  red   mug ', category: 'Cups' },
      { q: 'red mug', category: 'Cups', sort: 'relevance', limit: '20' },
    ];
    for (const same of ways) assert.equal(read(same).cacheKey, cacheKey);
  });

  it('has a cache key of its own when anything about it differs', () => {
    const asked: Record<string, string>[] = [
      {},
      { q: 'a' },
      { category: 'a' },
      { sku: 'a' },
      { minPrice: '1' },
      { maxPrice: '1' },
      { sort: 'name' },
      { sort: 'price' },
      { limit: '21' },
      { q: 'a', category: 'b' },
      { q: 'b', category: 'a' },
      { q: 'a', sort: 'newest' },
      { cursor: encodeCursor(read({}).list, { key: '2026-01-01T00:00:00.000Z', id }) },
    ];
    assert.equal(new Set(asked.map((one) => read(one).cacheKey)).size, asked.length);
  });

  it('is ordered by relevance with words, and by the newest without, unless a sort is named', () => {
    assert.equal(read({ q: 'a' }).order, 'relevance');
    assert.equal(read({}).order, 'newest');
    assert.equal(read({ sort: 'relevance' }).order, 'newest');
    assert.equal(read({ q: 'a', sort: '-price' }).order, '-price');
  });

  it('is read a row further than its limit, in few steps', () => {
    const steps = new Set<number>();
    for (let limit = 1; limit <= 100; limit += 1) {
      assert.ok(rowsFor(limit) > limit);
      steps.add(rowsFor(limit));
    }
    assert.deepEqual([...steps], [21, 51, 101]);
  });
});

describe('a cursor', () => {
  it('says again what it was made from', () => {
    const starts = fc.record({
      key: fc.oneof(
        fc.string(),
        fc.integer(),
        fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0),
      ),
      upTo: fc.maxSafeNat(),
    });
    fc.assert(
      fc.property(starts, fc.string(), ({ key, upTo }, list) => {
        assert.deepEqual(decodeCursor(list, true, encodeCursor(list, { key, id, upTo })), { key, id, upTo });
        assert.deepEqual(decodeCursor(list, false, encodeCursor(list, { key, id })), { key, id });
      }),
    );
  });

  it('goes on where it ended, in the list that it is of, at any page size', () => {
    const { list } = read({ sort: 'price', category: 'Cups' });
    const cursor = encodeCursor(list, { key: 1200, id });
    assert.deepEqual(read({ sort: 'price', category: 'Cups', cursor, limit: '7' }).after, { key: 1200, id });
    assert.throws(() => read({ sort: '-price', category: 'Cups', cursor }), refused('cursor'));
    assert.throws(() => read({ sort: 'price', cursor }), refused('cursor'));
  });

  it('is refused, whatever it is, with 400 naming it', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 200 }), (cursor) => {
        assert.throws(() => read({ cursor }), refused('cursor'));
      }),
    );
    fc.assert(
      fc.property(fc.json(), (json) => {
        assert.throws(
          () => read({ cursor: Buffer.from(json).toString('base64url').slice(0, 900) || 'x' }),
          refused('cursor'),
        );
      }),
    );
  });

  it('is refused when its key cannot be one of its order', () => {
    const wrong: [Record<string, string>, (string | number)[]][] = [
      [{}, [5, 'yesterday', '0000-01-01T00:00:00.000Z', '2026-13-01T00:00:00.000Z']],
      [{ sort: 'price' }, ['5', 5.5, 1e300]],
      [{ sort: 'name' }, [5, 'a\0b']],
      [{ q: 'a' }, ['0.5']],
    ];
    for (const [asked, keys] of wrong) {
      for (const key of keys) {
        const cursor = encodeCursor(read(asked).list, { key, id, upTo: 5 });
        assert.throws(() => read({ ...asked, cursor }), refused('cursor'), JSON.stringify([asked, key]));
      }
    }
  });
});

describe('an answer', () => {
  it('has an ETag of its bytes', () => {
    assert.equal(makeAnswer({ a: 1 }).etag, makeAnswer({ a: 1 }).etag);
    assert.notEqual(makeAnswer({ a: 1 }).etag, makeAnswer({ a: 2 }).etag);
  });

  it('is 304 to who has it', () => {
    const answer = makeAnswer({ a: 1 });
    assert.equal(conditionalReply(answer, undefined).status, 200);
    assert.equal(conditionalReply(answer, '"other"').status, 200);
    const same = conditionalReply(answer, answer.etag);
    assert.equal(same.status, 304);
    assert.equal(same.body, undefined);
    assert.equal(same.headers?.etag, answer.etag);
  });

  it('is recognized in a list, weak or strong, and by the star', () => {
    for (const header of ['"a"', 'W/"a"', '"b", "a"', ' "b" ,W/"a" ', '*'])
      assert.ok(matches(header, '"a"'), header);
    for (const header of ['', 'a', '"b"', '"aa"', 'W/a']) assert.ok(!matches(header, '"a"'), header);
  });
});
