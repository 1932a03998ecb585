/** What the tests of the architecture read imports by. It proves nothing of the rules themselves. */
import assert from 'node:assert/strict';
import { importsOf } from '../support/imports.ts';

describe('the reader of imports', () => {
  it('sees every form', () => {
    const text = `
      import a from './a.ts';
      import type { B } from "../b.ts";
      import './c.ts';
      export { d } from '@scope/d/deep';
      import {
        e,
      } from 'e/sub';
      const f = await import('f');`;
    assert.deepEqual(
      importsOf('services/x/y.ts', text).map(({ target }) => target),
      ['services/x/a.ts', 'services/b.ts', 'services/x/c.ts', '@scope/d', 'e', 'f'],
    );
  });
});
