/** Names: what clouds take, how long, and that they stay. It does not ask a cloud. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { tagOf } from '../../../components/images/images.ts';
import { createNaming, shorten } from '../../../components/naming.ts';
import { createTags } from '../../../components/tags.ts';

describe('naming', () => {
  it('begins with the project and the stack', () => {
    const naming = createNaming('ecommerce-platform', 'aws');
    assert.equal(naming.prefix, 'ecommerce-aws-');
    assert.equal(naming.name('cluster'), 'ecommerce-aws-cluster');
  });

  it('holds for any stack what every cloud takes', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 16, max: 63 }), (stack, max) => {
        const { prefix, name } = createNaming('ecommerce-platform', stack);
        assert.match(prefix, /^[a-z][a-z0-9-]{0,22}-$/);
        assert.match(name('database', max), /^[a-z][a-z0-9-]*[a-z0-9]$/);
        assert.ok(name('database', max).length <= max);
        assert.equal(name('database', max), createNaming('ecommerce-platform', stack).name('database', max));
      }),
    );
  });

  it('keeps long names apart', () => {
    const long = 'a-very-long-name-that-goes-on-';
    assert.notEqual(shorten(`${long}one`, 32), shorten(`${long}two`, 32));
    assert.equal(shorten(`${long}one`, 32).length, 32);
  });

  it('tags what a bill is paid for', () => {
    assert.deepEqual(createTags('ecommerce-platform', 'aws')('network'), {
      project: 'ecommerce-platform',
      stack: 'aws',
      component: 'network',
      cost: 'ecommerce-platform/aws',
    });
  });

  it('tags an image by all that goes into it', () => {
    assert.equal(tagOf('x', ['linux/amd64']), tagOf('x', ['linux/amd64']));
    assert.notEqual(tagOf('x', ['linux/amd64']), tagOf('y', ['linux/amd64']));
    assert.notEqual(tagOf('x', ['linux/amd64']), tagOf('x', ['linux/arm64']));
  });
});
