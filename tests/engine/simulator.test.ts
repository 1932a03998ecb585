/**
 * The simulated providers by themselves: each rule is shown refusing what breaks it, and taking what does not. It does
 * not prove that AWS and Kubernetes have these rules (docs/cloud-facts.md names the sources), nor the engine's part.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { at, unknown, type Values } from '../../stand-ins/pulumi/simulator/values.ts';
import { World } from './support/world.ts';

const [vpc, subnet, role, queue, lambda, source] = [
  'aws:ec2/vpc:Vpc',
  'aws:ec2/subnet:Subnet',
  'aws:iam/role:Role',
  'aws:sqs/queue:Queue',
  'aws:lambda/function:Function',
  'aws:lambda/eventSourceMapping:EventSourceMapping',
] as const;
const [cluster, nodeGroup, addon] = [
  'aws:eks/cluster:Cluster',
  'aws:eks/nodeGroup:NodeGroup',
  'aws:eks/addon:Addon',
] as const;
const [namespace, deployment, account] = [
  'kubernetes:core/v1:Namespace',
  'kubernetes:apps/v1:Deployment',
  'kubernetes:core/v1:ServiceAccount',
] as const;

const assumeRolePolicy = '{"Version":"2012-10-17","Statement":[]}';
let folder: string;
let world: World;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'simulator-'));
  world = new World(folder);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function network(): { readonly vpcId: string; readonly subnetIds: string[] } {
  const { id: vpcId } = world.make(vpc, 'vpc', { cidrBlock: '10.0.0.0/16' });
  const subnetIds = ['a', 'b'].map(
    (zone, number) =>
      world.make(subnet, zone, {
        vpcId,
        cidrBlock: `10.0.${number}.0/24`,
        availabilityZone: `eu-west-1${zone}`,
      }).id,
  );
  return { vpcId, subnetIds };
}

function kubernetes(accessConfig?: Values): { readonly subnetIds: string[]; readonly roleArn: unknown } {
  const { subnetIds } = network();
  const roleArn = world.make(role, 'cluster', { assumeRolePolicy }).outputs.arn;
  const { outputs } = world.make(cluster, 'cluster', {
    name: 'cluster',
    roleArn,
    vpcConfig: { subnetIds },
    ...(accessConfig && { accessConfig }),
  });
  world.config.kubeconfig = JSON.stringify({ clusters: [{ cluster: { server: outputs.endpoint } }] });
  return { subnetIds, roleArn };
}

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

/** By what a refusal says: what leads to it. */
const refusals: Readonly<Record<string, () => unknown>> = {
  'names vpc-1, and there is no such Vpc': () =>
    world.make(subnet, 'a', { vpcId: 'vpc-1', cidrBlock: '10.0.0.0/24' }),
  'of another account': () => world.make(lambda, 'f', { role: 'arn:aws:iam::999999999999:role/x' }),
  'which does not exist': () =>
    world.make(queue, 'q', { redrivePolicy: 'arn:aws:sqs:eu-west-1:123456789012:gone' }),
  'is there already': () => {
    world.make(queue, 'one', { name: 'orders' });
    world.make(queue, 'two', { name: 'orders' });
  },
  'is in use by Subnet a': () => {
    network();
    world.delete(vpc, 'vpc');
  },
  'does not match': () => world.make(role, 'r', { name: 'r'.repeat(65), assumeRolePolicy }),
  'overlaps subnet a': () => {
    const { vpcId } = network();
    world.make(subnet, 'c', { vpcId, cidrBlock: '10.0.0.128/25' });
  },
  'is not within the VPC': () =>
    world.make(subnet, 'c', { vpcId: network().vpcId, cidrBlock: '10.1.0.0/24' }),
  'needs subnets in two availability zones': () => {
    const { subnetIds } = network();
    world.make('aws:rds/subnetGroup:SubnetGroup', 'g', { subnetIds: subnetIds.slice(0, 1) });
  },
  'visibility timeout 30 s is less than function timeout 60 s': () => {
    const { arn } = world.make(role, 'r', { assumeRolePolicy }).outputs;
    world.make(lambda, 'f', { name: 'f', role: arn, timeout: 60 });
    world.make(source, 's', { functionName: 'f', eventSourceArn: world.make(queue, 'q').outputs.arn });
  },
  'maximumConcurrency must be at least 2': () => {
    const { arn } = world.make(role, 'r', { assumeRolePolicy }).outputs;
    world.make(lambda, 'f', { name: 'f', role: arn });
    const eventSourceArn = world.make(queue, 'q').outputs.arn;
    world.make(source, 's', { functionName: 'f', eventSourceArn, scalingConfig: { maximumConcurrency: 1 } });
  },
  'reserved concurrency': () => {
    const { arn } = world.make(role, 'r', { assumeRolePolicy }).outputs;
    world.make(lambda, 'f', { role: arn, reservedConcurrentExecutions: 1 });
  },
  'alias/aws/sqs': () => world.make(queue, 'q', { kmsMasterKeyId: 'alias/aws/sqs' }),
  'attributes and keys do not match: unused': () =>
    world.make('aws:dynamodb/table:Table', 't', {
      hashKey: 'id',
      attributes: [
        { name: 'id', type: 'S' },
        { name: 'unused', type: 'S' },
      ],
    }),
  'invalid issuer': () => {
    const apiId = world.make('aws:apigatewayv2/api:Api', 'api', { protocolType: 'HTTP' }).id;
    world.make('aws:apigatewayv2/authorizer:Authorizer', 'a', {
      apiId,
      authorizerType: 'JWT',
      jwtConfiguration: { issuer: 'https://nowhere.example' },
    });
  },
  'has deletion protection': () => {
    world.make('aws:rds/instance:Instance', 'db', {
      instanceClass: 'db.t4g.micro',
      deletionProtection: true,
      skipFinalSnapshot: true,
    });
    world.delete('aws:rds/instance:Instance', 'db');
  },
  'finalSnapshotIdentifier is required': () => {
    world.make('aws:rds/instance:Instance', 'db', { instanceClass: 'db.t4g.micro' });
    world.delete('aws:rds/instance:Instance', 'db');
  },
  'coredns stays DEGRADED': () => {
    kubernetes();
    world.make(addon, 'dns', { clusterName: 'cluster', addonName: 'coredns' });
  },
  'comes after the nodes': () => {
    const { subnetIds, roleArn } = kubernetes();
    world.make('aws:iam/rolePolicyAttachment:RolePolicyAttachment', 'p', {
      role: String(roleArn).split('/').at(-1),
      policyArn: 'arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy',
    });
    world.make(nodeGroup, 'nodes', {
      clusterName: 'cluster',
      nodeRoleArn: roleArn,
      subnetIds,
      scalingConfig: { desiredSize: 1, minSize: 1, maxSize: 1 },
    });
    world.make(addon, 'cni', { clusterName: 'cluster', addonName: 'vpc-cni' });
  },
  'their role has no policy attached': () => {
    const { subnetIds, roleArn } = kubernetes();
    world.make(nodeGroup, 'nodes', {
      clusterName: 'cluster',
      nodeRoleArn: roleArn,
      subnetIds,
      scalingConfig: { desiredSize: 1, minSize: 1, maxSize: 1 },
    });
  },
  'gives nodes no public address': () => {
    const { subnetIds, roleArn } = kubernetes();
    const { id: vpcId } = world.cloud.only(vpc);
    const routeTableId = world.make('aws:ec2/routeTable:RouteTable', 't', { vpcId }).id;
    const gatewayId = world.make('aws:ec2/internetGateway:InternetGateway', 'i', { vpcId }).id;
    world.make('aws:ec2/route:Route', 'r', { routeTableId, destinationCidrBlock: '0.0.0.0/0', gatewayId });
    world.make('aws:ec2/routeTableAssociation:RouteTableAssociation', 'a', {
      routeTableId,
      subnetId: subnetIds[0],
    });
    world.make(nodeGroup, 'nodes', {
      clusterName: 'cluster',
      nodeRoleArn: roleArn,
      subnetIds,
      scalingConfig: { desiredSize: 1, minSize: 1, maxSize: 1 },
    });
  },
  'vpc-cni goes before the nodes': () => {
    const { subnetIds, roleArn } = kubernetes();
    world.make(addon, 'cni', { clusterName: 'cluster', addonName: 'vpc-cni' });
    world.make('aws:iam/rolePolicyAttachment:RolePolicyAttachment', 'p', {
      role: String(roleArn).split('/').at(-1),
      policyArn: 'arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy',
    });
    world.make(nodeGroup, 'nodes', {
      clusterName: 'cluster',
      nodeRoleArn: roleArn,
      subnetIds,
      scalingConfig: { desiredSize: 1, minSize: 1, maxSize: 1 },
    });
    world.delete(addon, 'cni');
  },
  'the provider has no kubeconfig': () => world.make(namespace, 'n', { metadata: { name: 'shop' } }),
  'cluster is unreachable: https://gone': () => {
    world.config.kubeconfig = 'server: https://gone';
    world.make(namespace, 'n', { metadata: { name: 'shop' } });
  },
  'no access entry for this user': () => {
    kubernetes({ bootstrapClusterCreatorAdminPermissions: false });
    world.make(namespace, 'n', { metadata: { name: 'shop' } });
  },
  'namespaces "shop" not found': () => {
    kubernetes();
    world.make(account, 'a', { metadata: { name: 'a', namespace: 'shop' } });
  },
  'no matches for kind "PeerAuthentication"': () => {
    kubernetes();
    world.make('kubernetes:security.istio.io/v1:PeerAuthentication', 'p', {
      apiVersion: 'security.istio.io/v1',
      kind: 'PeerAuthentication',
      metadata: { name: 'p' },
    });
  },
  'serviceaccount "web" not found': () => {
    kubernetes();
    world.make(deployment, 'd', pod({ serviceAccountName: 'web' }));
  },
  'configmap "settings" not found': () => {
    kubernetes();
    world.make(deployment, 'd', pod({ volumes: [{ name: 'v', configMap: { name: 'settings' } }] }));
  },
  'violate PodSecurity "restricted": runAsNonRoot != true': () => {
    kubernetes();
    world.make(namespace, 'n', {
      metadata: { name: 'shop', labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
    });
    world.make(deployment, 'd', pod({}, 'shop'));
  },
  '`selector` does not match template `labels`': () =>
    world.make(deployment, 'd', {
      spec: { selector: { matchLabels: { app: 'a' } }, template: { metadata: { labels: { app: 'b' } } } },
    }),
  'label cost cannot be "a/b"': () =>
    world.make(namespace, 'n', { metadata: { name: 'n', labels: { cost: 'a/b' } } }),
  'is no name for a Namespace': () => world.make(namespace, 'n', { metadata: { name: 'Shop' } }),
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
  'no model of the function': () => world.provider(queue).invoke('aws:sqs/getQueues:getQueues', {}, {}),
};

function pod(spec: Values, inNamespace = 'default'): Values {
  return {
    metadata: { name: 'web', namespace: inNamespace },
    spec: {
      selector: { matchLabels: { app: 'a' } },
      template: {
        metadata: { labels: { app: 'a' } },
        spec: { containers: [{ name: 'web', image: 'x' }], ...spec },
      },
    },
  };
}

describe('the simulated cloud refuses:', () => {
  for (const [words, lead] of Object.entries(refusals))
    it(words, () => {
      assert.throws(lead, (error: Error) => error.message.includes(words) || assert.fail(error.message));
    });

  it('a call that is to fail, once', () => {
    world.cloud.failNext({ operation: 'create', type: queue, message: 'throttled' });
    assert.throws(() => world.make(queue, 'q'), /throttled/);
    world.make(queue, 'q');
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
