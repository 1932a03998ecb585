/**
 * The parts of a move that need no store: how a place is named, that a sum tells what changed and not in which order
 * it was read, and that every table of every function moves. It does not prove that any of it is read or written.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { functionShapes } from '../../../entries/functions/shape.ts';
import { parsePlace } from '../../../operations/move/open-place.ts';
import { movedTables } from '../../../operations/move/place.ts';
import { canonical, createTally, type Tally } from '../../../operations/move/tally.ts';

const tallyOf = (things: readonly object[]): Tally => {
  const tally = createTally();
  for (const thing of things) tally.add(thing);
  return tally.result();
};

/** The same JSON with its fields the other way round. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([name, part]) => [name, turned(part)]),
  );
}

describe('a move', () => {
  it('names a place by what it stands on, and its folder where that is not the usual one', () => {
    assert.deepEqual(parsePlace('aws'), { on: 'aws', folder: '.data-aws' });
    assert.deepEqual(parsePlace('local:C:/shop:1'), { on: 'local', folder: 'C:/shop:1' });
    assert.deepEqual(parsePlace('env:stacks/aws.env'), { file: 'stacks/aws.env' });
    for (const text of ['', 'gcp', 'env', 'aws:', ':x', 'AWS'])
      assert.throws(() => parsePlace(text), /is no place/);
  });

  it('sums up things whatever their order and that of their fields', () => {
    const things = fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { maxLength: 8 });
    fc.assert(
      fc.property(things, (all) => {
        assert.deepEqual(tallyOf(all), tallyOf(all.toReversed().map((one) => turned(one) as object)));
      }),
    );
  });

  it('has another sum when a thing is missing, doubled, changed, or has the value of another', () => {
    const things = [{ a: 1, b: [1, 2] }, { a: 2, b: [] }, { a: '2' }];
    const others = [
      things.slice(1),
      [...things, { a: '2' }],
      [{ a: 1, b: [2, 1] }, ...things.slice(1)],
      [{ a: 1, b: [1, 2], c: null }, ...things.slice(1)],
      [{ a: 2, b: [1, 2] }, { a: 1, b: [] }, { a: '2' }],
    ];
    const sums = [things, ...others].map((each) => tallyOf(each).checksum);
    assert.equal(new Set(sums).size, sums.length);
    assert.equal(
      canonical({ b: undefined, a: { d: 1, c: [{ f: 1, e: 2 }] } }),
      '{"a":{"c":[{"e":2,"f":1}],"d":1}}',
    );
  });

  it('takes every table of every function but the mails, and writes orders last', () => {
    const all = functionShapes().flatMap(({ tables }) => tables.map(({ name }) => name));
    assert.deepEqual(
      movedTables.map(({ name }) => name).toSorted(),
      all.filter((name) => name !== 'inbox').toSorted(),
    );
    assert.equal(movedTables.at(-1)?.name, 'order');
  });
});
