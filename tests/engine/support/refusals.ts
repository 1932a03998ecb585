import assert from 'node:assert/strict';

/** By words of a refusal: what leads to it. */
export type Refusals = Readonly<Record<string, () => unknown>>;

/** A test for each: what leads to it is refused, in these words. */
export function itRefuses(refusals: Refusals): void {
  for (const [words, lead] of Object.entries(refusals))
    it(`refuses: ${words}`, () => {
      assert.throws(lead, (error: Error) => error.message.includes(words) || assert.fail(error.message));
    });
}
