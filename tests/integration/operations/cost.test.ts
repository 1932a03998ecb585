/**
 * `npm run cost` as a user runs it, with a Pulumi CLI that answers as the real one does, and no cloud at all. What it reckons
 * with is held in tests/infrastructure/cost and tests/unit/operations.
 */
import assert from 'node:assert/strict';
import { pulumiOnAws } from './answers.ts';
import { runWith } from './stubs.ts';

describe('the cost of a stack, as a command', () => {
  it('is printed without credentials, with both figures and the region of the prices', async () => {
    const { code, stdout, stderr } = await runWith({ pulumi: pulumiOnAws }, [
      'operations/cost/index.ts',
      '--stack',
      'aws',
    ]);
    assert.equal(stderr, '');
    assert.match(stdout, /^aws: aws, eu-west-1, learn\n/);
    assert.match(stdout, /\nall of it +0\.\d{4} +\d+\.\d\d\nat most, /);
    assert.match(stdout, /\nThe prices are those of us-east-1; those of eu-west-1 differ\.\n$/);
    assert.equal(code, 0);
  });

  it('says what to do where there is no such stack', async () => {
    const { code, stderr } = await runWith(
      { pulumi: { config: { refuses: "error: no stack named 'aws' found" } } },
      ['operations/cost/index.ts', '--stack', 'aws'],
    );
    assert.equal(stderr, "error: no stack named 'aws' found\n  → pulumi stack init aws\n");
    assert.equal(code, 1);
  });
});
