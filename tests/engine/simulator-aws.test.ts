/**
 * What the simulated AWS refuses: each rule is shown refusing what breaks it. It does not prove that AWS has these rules
 * (docs/cloud-facts.md names the sources), nor the engine's part.
 */
import { assumeRolePolicy, kubernetes, network, role, subnet, vpc } from './support/aws-surroundings.ts';
import { itRefuses } from './support/refusals.ts';
import { World } from './support/world.ts';

const [queue, lambda, source] = [
  'aws:sqs/queue:Queue',
  'aws:lambda/function:Function',
  'aws:lambda/eventSourceMapping:EventSourceMapping',
] as const;
const [nodeGroup, addon] = ['aws:eks/nodeGroup:NodeGroup', 'aws:eks/addon:Addon'] as const;

let world: World;
beforeEach(() => {
  world = new World('.');
});

const makeNodes = (where: { readonly subnetIds: unknown; readonly roleArn: unknown }) =>
  world.make(nodeGroup, 'nodes', {
    clusterName: 'cluster',
    nodeRoleArn: where.roleArn,
    subnetIds: where.subnetIds,
    scalingConfig: { desiredSize: 1, minSize: 1, maxSize: 1 },
  });

describe('the simulated AWS', () =>
  itRefuses({
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
      network(world);
      world.delete(vpc, 'vpc');
    },
    'does not match': () => world.make(role, 'r', { name: 'r'.repeat(65), assumeRolePolicy }),
    'overlaps subnet a': () => {
      const { vpcId } = network(world);
      world.make(subnet, 'c', { vpcId, cidrBlock: '10.0.0.128/25' });
    },
    'is not within the VPC': () =>
      world.make(subnet, 'c', { vpcId: network(world).vpcId, cidrBlock: '10.1.0.0/24' }),
    'needs subnets in two availability zones': () => {
      const { subnetIds } = network(world);
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
      world.make(source, 's', {
        functionName: 'f',
        eventSourceArn,
        scalingConfig: { maximumConcurrency: 1 },
      });
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
      kubernetes(world);
      world.make(addon, 'dns', { clusterName: 'cluster', addonName: 'coredns' });
    },
    'comes after the nodes': () => {
      const { subnetIds, roleArn } = kubernetes(world);
      world.make('aws:iam/rolePolicyAttachment:RolePolicyAttachment', 'p', {
        role: String(roleArn).split('/').at(-1),
        policyArn: 'arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy',
      });
      makeNodes({ subnetIds, roleArn });
      world.make(addon, 'cni', { clusterName: 'cluster', addonName: 'vpc-cni' });
    },
    'their role has no policy attached': () => {
      const { subnetIds, roleArn } = kubernetes(world);
      makeNodes({ subnetIds, roleArn });
    },
    'gives nodes no public address': () => {
      const { subnetIds, roleArn } = kubernetes(world);
      const { id: vpcId } = world.cloud.only(vpc);
      const routeTableId = world.make('aws:ec2/routeTable:RouteTable', 't', { vpcId }).id;
      const gatewayId = world.make('aws:ec2/internetGateway:InternetGateway', 'i', { vpcId }).id;
      world.make('aws:ec2/route:Route', 'r', { routeTableId, destinationCidrBlock: '0.0.0.0/0', gatewayId });
      world.make('aws:ec2/routeTableAssociation:RouteTableAssociation', 'a', {
        routeTableId,
        subnetId: subnetIds[0],
      });
      makeNodes({ subnetIds, roleArn });
    },
    'vpc-cni goes before the nodes': () => {
      const { subnetIds, roleArn } = kubernetes(world);
      world.make(addon, 'cni', { clusterName: 'cluster', addonName: 'vpc-cni' });
      world.make('aws:iam/rolePolicyAttachment:RolePolicyAttachment', 'p', {
        role: String(roleArn).split('/').at(-1),
        policyArn: 'arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy',
      });
      makeNodes({ subnetIds, roleArn });
      world.delete(addon, 'cni');
    },
  }));
