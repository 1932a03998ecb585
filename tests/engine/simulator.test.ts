/**
 * What all simulated providers have in common: inputs held against the SDK, outputs in its shapes, changes, faults and
 * drift. What each package refuses is in the files beside this one. It does not prove the engine's part.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { at, unknown, type Values } from '../../stand-ins/pulumi/simulator/values.ts';
import { itRefuses } from './support/refusals.ts';
import { World } from './support/world.ts';

const [subnet, queue, lambda, cluster] = [
  'aws:ec2/subnet:Subnet',
  'aws:sqs/queue:Queue',
  'aws:lambda/function:Function',
  'aws:eks/cluster:Cluster',
] as const;
const deployment = 'kubernetes:apps/v1:Deployment';

let folder: string;
let world: World;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'simulator-'));
  world = new World(folder);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('inputs are held against the SDK', () => {
  it('a property that is not there, at any depth', () => {
    const loggingConfig = { logFormat: 'JSON', logGruop: 'x' };
    assert.deepEqual(world.problems(lambda, { role: 'x', loggingConfig }), [
      "loggingConfig.logGruop: 'logGruop' is not a known property",
    ]);
    const spec = { selector: {}, template: { spec: { containers: [{ name: 'web', imge: 'x' }] } } };
    assert.deepEqual(world.problems(deployment, { spec }), [
      "spec.template.spec.containers[0].imge: 'imge' is not a known property",
    ]);
  });

  it('a property that is missing, at any depth', () => {
    assert.deepEqual(world.problems(subnet, {}), ["vpcId: missing required property 'vpcId'"]);
    assert.deepEqual(world.problems(lambda, { role: 'x', loggingConfig: {} }), [
      "loggingConfig.logFormat: missing required property 'logFormat'",
    ]);
  });

  it('a value of another kind', () => {
    assert.deepEqual(world.problems(queue, { delaySeconds: 'soon' }), [
      'delaySeconds: must be a number, and is a string',
    ]);
    assert.deepEqual(world.problems(queue, { tags: ['a'] }), ['tags: must be a map, and is a list']);
  });

  it('a type that is not in the SDK', () => {
    assert.match(world.problems('aws:sqs/queue:Qeue', {})[0] ?? '', /has no type aws:sqs\/queue:Qeue/);
  });

  it('what is not known yet passes', () => {
    assert.deepEqual(world.problems(queue, { delaySeconds: unknown, tags: unknown }), []);
  });
});

describe('outputs', () => {
  it('have the shapes that the SDK declares, unknown at preview', () => {
    const previewed = world
      .provider(cluster)
      .preview({ type: cluster, name: 'x' }, world.config, { roleArn: 'x', vpcConfig: { subnetIds: ['x'] } });
    assert.equal(at(previewed, 'certificateAuthority.data'), unknown);
    assert.equal(at(previewed, 'vpcConfig.clusterSecurityGroupId'), unknown);
    assert.deepEqual(at(previewed, 'vpcConfig.subnetIds'), ['x']);
    assert.equal(previewed.arn, unknown);
  });

  it('that a cloud fills in by default are there', () => {
    assert.equal(world.make(queue, 'q').outputs.visibilityTimeoutSeconds, 30);
  });

  it('stay through an update, and repeat what was given', () => {
    const { outputs } = world.make(queue, 'q', { name: 'q' });
    const updated = world.update(queue, 'q', { delaySeconds: 5 });
    assert.deepEqual(updated, { ...outputs, delaySeconds: 5 });
  });

  it('name tags of the provider beside those of the resource', () => {
    world.config.defaultTags = JSON.stringify({ tags: { project: 'shop' } });
    assert.deepEqual(world.make(queue, 'q', { tags: { part: 'a' } }).outputs.tagsAll, {
      project: 'shop',
      part: 'a',
    });
  });
});

describe('a change', () => {
  const diff = (type: string, olds: Values, news: Values, state: Values = {}, ignored: string[] = []) =>
    world.provider(type).diff({ type, name: 'x' }, world.config, state, olds, news, ignored);

  it('of a property that cannot change is a replacement', () => {
    assert.deepEqual(diff(queue, { name: 'a' }, { name: 'b' }).replaces, ['name']);
    assert.deepEqual(diff(queue, { delaySeconds: 1 }, { delaySeconds: 2 }).replaces, []);
    assert.deepEqual(
      diff(deployment, { spec: { selector: { a: 1 } } }, { spec: { selector: { a: 2 } } }).replaces,
      ['spec.selector'],
    );
  });

  it('of an archive is one of its contents, not of its path', () => {
    const archive = (path: string, hash: string) => ({
      '4dabf18193072939515e22adb298388d': '0def7320c3a5731c473e5ecbe6d01bc7',
      path,
      hash,
    });
    assert.deepEqual(diff(lambda, { code: archive('/a', '1') }, { code: archive('/b', '1') }).changed, []);
    assert.deepEqual(diff(lambda, { code: archive('/a', '1') }, { code: archive('/a', '2') }).changed, [
      'code',
    ]);
  });

  it('of a file in a build context is one of the image', () => {
    const image = 'docker-build:index:Image';
    const inputs = { push: false, context: { location: '.' } };
    writeFileSync(join(folder, 'Dockerfile'), 'FROM scratch');
    const { outputs } = world.make(image, 'x', inputs);
    assert.deepEqual(diff(image, inputs, inputs, outputs).changed, []);
    writeFileSync(join(folder, 'main.mjs'), 'one');
    assert.deepEqual(diff(image, inputs, inputs, outputs).changed, ['contextHash']);
  });

  it('that the program ignores is none', () => {
    assert.deepEqual(diff(queue, { delaySeconds: 1 }, { delaySeconds: 2 }, {}, ['delaySeconds']).changed, []);
  });
});

describe('the simulated cloud', () => {
  it('refuses a call that is to fail, once', () => {
    world.cloud.failNext({ operation: 'create', type: queue, message: 'throttled' });
    assert.throws(() => world.make(queue, 'q'), /throttled/);
    world.make(queue, 'q');
  });

  itRefuses({
    'no model of the function': () => world.provider(queue).invoke('aws:sqs/getQueues:getQueues', {}, {}),
    'no such build context': () =>
      world.make('docker-build:index:Image', 'i', { push: false, context: { location: 'nowhere' } }),
    'no such Dockerfile': () =>
      world.make('docker-build:index:Image', 'i', { push: false, context: { location: '.' } }),
    'there is no such repository': () =>
      world.make('docker-build:index:Image', 'i', {
        push: true,
        dockerfile: { inline: 'FROM scratch' },
        tags: ['registry.example/web:1'],
      }),
    'no builder "mine" found': () =>
      world.make('docker-build:index:Image', 'i', {
        push: false,
        dockerfile: { inline: 'FROM scratch' },
        builder: { name: 'mine' },
      }),
    'not supported for the docker driver': () =>
      world.make('docker-build:index:Image', 'i', {
        push: false,
        dockerfile: { inline: 'FROM scratch' },
        platforms: ['linux/amd64', 'linux/arm64'],
      }),
  });
});

describe('drift', () => {
  it('shows in what a refresh reads, a deletion too', () => {
    world.make(queue, 'q', { delaySeconds: 1 });
    const object = world.cloud.only(queue, 'q');
    world.cloud.drift(object, { delaySeconds: 9 });
    const read = () => world.provider(queue).read({ type: queue, name: 'q' }, object.id);
    assert.equal(read()?.outputs.delaySeconds, 9);
    world.cloud.remove(object);
    assert.equal(read(), undefined);
  });
});
