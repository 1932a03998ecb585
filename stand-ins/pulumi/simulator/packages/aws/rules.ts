import type { CloudObject, SimulatedCloud } from '../../cloud.ts';
import type { Request } from '../../model.ts';
import { at, isUnknown } from '../../values.ts';

/** What AWS refuses although the SDK takes it. Each line has its source in docs/cloud-facts.md. */

type Rule = (request: Request) => string[];

/** Longest names, and what they are made of; checked before a preview, once the name is known. */
const names: Readonly<Record<string, { readonly property: string; readonly pattern: RegExp }>> = {
  'aws:dynamodb/table:Table': { property: 'name', pattern: /^[\w.-]{3,255}$/ },
  'aws:ecr/repository:Repository': {
    property: 'name',
    pattern: /^(?=.{2,256}$)[a-z0-9]+([._/-][a-z0-9]+)*$/,
  },
  'aws:eks/cluster:Cluster': { property: 'name', pattern: /^[0-9A-Za-z][\w-]{0,99}$/ },
  'aws:elasticache/serverlessCache:ServerlessCache': {
    property: 'name',
    pattern: /^[a-z](?!.*--)[a-z0-9-]{0,38}[a-z0-9]$/,
  },
  'aws:iam/role:Role': { property: 'name', pattern: /^[\w+=,.@-]{1,64}$/ },
  'aws:lambda/function:Function': { property: 'name', pattern: /^[\w-]{1,64}$/ },
  'aws:lb/loadBalancer:LoadBalancer': {
    property: 'name',
    pattern: /^(?!internal-)[0-9A-Za-z]([0-9A-Za-z-]{0,30}[0-9A-Za-z])?$/,
  },
  'aws:lb/targetGroup:TargetGroup': {
    property: 'name',
    pattern: /^[0-9A-Za-z]([0-9A-Za-z-]{0,30}[0-9A-Za-z])?$/,
  },
  'aws:rds/instance:Instance': { property: 'identifier', pattern: /^[a-z](?!.*--)[a-z0-9-]{0,61}[a-z0-9]$/ },
  'aws:s3/bucket:Bucket': { property: 'bucket', pattern: /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/ },
  'aws:sns/topic:Topic': { property: 'name', pattern: /^[\w-]{1,256}(\.fifo)?$/ },
  'aws:sqs/queue:Queue': { property: 'name', pattern: /^[\w-]{1,80}(\.fifo)?$/ },
};

export function checkName({ type, inputs }: Request): string[] {
  const rule = names[type];
  const name = rule && inputs[rule.property];
  if (!rule || typeof name !== 'string' || isUnknown(name) || rule.pattern.test(name)) return [];
  return [`ValidationException: ${rule.property} '${name}' of ${type} does not match ${rule.pattern}`];
}

const clusterOf = (cloud: SimulatedCloud, name: unknown) =>
  cloud.objects('aws:eks/cluster:Cluster').find(({ id }) => id === name);
const nodesOf = (cloud: SimulatedCloud, cluster: unknown) =>
  cloud.objects('aws:eks/nodeGroup:NodeGroup').filter(({ inputs }) => inputs.clusterName === cluster);
const zonesOf = (cloud: SimulatedCloud, subnetIds: unknown) => {
  const ids = Array.isArray(subnetIds) ? subnetIds : [];
  const subnets = cloud.objects('aws:ec2/subnet:Subnet').filter(({ id }) => ids.includes(id));
  return new Set(subnets.map(({ inputs }) => inputs.availabilityZone ?? inputs.availabilityZoneId));
};
const inTwoZones = (cloud: SimulatedCloud, subnetIds: unknown, what: string) =>
  zonesOf(cloud, subnetIds).size < 2
    ? [`InvalidParameter: ${what} needs subnets in two availability zones`]
    : [];

const addon: Rule = ({ inputs, cloud }) => {
  const hasNodes = nodesOf(cloud, inputs.clusterName).length > 0;
  if (inputs.addonName === 'coredns' && !hasNodes)
    return ['coredns stays DEGRADED for 20 minutes: the cluster has no nodes'];
  const before = ['vpc-cni', 'kube-proxy', 'eks-pod-identity-agent'];
  const isNew =
    cloud.get('aws:eks/addon:Addon', `${String(inputs.clusterName)}:${String(inputs.addonName)}`) ===
    undefined;
  if (before.includes(String(inputs.addonName)) && hasNodes && isNew)
    return [`${String(inputs.addonName)} comes after the nodes, which keep what they started with`];
  return [];
};

const nodeGroup: Rule = ({ inputs, cloud }) => {
  const subnets = cloud
    .objects('aws:ec2/subnet:Subnet')
    .filter(({ id }) => Array.isArray(inputs.subnetIds) && inputs.subnetIds.includes(id));
  const stuck = subnets.filter(
    (subnet) => isPublic(cloud, subnet) && subnet.inputs.mapPublicIpOnLaunch !== true,
  );
  const attached = cloud
    .objects('aws:iam/rolePolicyAttachment:RolePolicyAttachment')
    .some(({ inputs: { role } }) => String(inputs.nodeRoleArn).endsWith(`/${String(role)}`));
  return [
    ...stuck.map(({ name }) => `CREATE_FAILED: subnet ${name} is public and gives nodes no public address`),
    ...(attached ? [] : [`CREATE_FAILED: nodes cannot join, for their role has no policy attached`]),
  ];
};

/** Its route table leads to an internet gateway. */
function isPublic(cloud: SimulatedCloud, subnet: CloudObject): boolean {
  const table = cloud
    .objects('aws:ec2/routeTableAssociation:RouteTableAssociation')
    .find(({ inputs }) => inputs.subnetId === subnet.id)?.inputs.routeTableId;
  return cloud
    .objects('aws:ec2/route:Route')
    .some(({ inputs }) => inputs.routeTableId === table && /^igw-/.test(String(inputs.gatewayId)));
}

const eventSourceMapping: Rule = ({ inputs, cloud }) => {
  const queue = cloud
    .objects('aws:sqs/queue:Queue')
    .find(({ outputs }) => outputs.arn === inputs.eventSourceArn);
  const target = cloud
    .objects('aws:lambda/function:Function')
    .find(({ id, outputs }) => [id, outputs.arn].includes(inputs.functionName));
  const [visible, timeout] = [
    Number(queue?.outputs.visibilityTimeoutSeconds),
    Number(target?.outputs.timeout),
  ];
  const most = at(inputs, 'scalingConfig.maximumConcurrency');
  return [
    ...(visible < timeout
      ? [
          `InvalidParameterValue: queue visibility timeout ${visible} s is less than function timeout ${timeout} s`,
        ]
      : []),
    ...(typeof most === 'number' && most < 2
      ? ['InvalidParameterValue: maximumConcurrency must be at least 2']
      : []),
  ];
};

const subnet: Rule = ({ name, inputs, cloud }) => {
  const vpc = cloud.objects('aws:ec2/vpc:Vpc').find(({ id }) => id === inputs.vpcId);
  const own = rangeOf(inputs.cidrBlock);
  const around = rangeOf(vpc?.inputs.cidrBlock);
  if (!own || !around) return [];
  const others = cloud
    .objects('aws:ec2/subnet:Subnet')
    .filter((other) => other.inputs.vpcId === inputs.vpcId);
  const clash = others.find((other) => {
    const range = rangeOf(other.inputs.cidrBlock);
    return other.name !== name && range && own.first <= range.last && range.first <= own.last;
  });
  return [
    ...(own.first < around.first || own.last > around.last
      ? [
          `InvalidSubnet.Range: ${String(inputs.cidrBlock)} is not within the VPC's ${String(vpc?.inputs.cidrBlock)}`,
        ]
      : []),
    ...(clash ? [`InvalidSubnet.Conflict: ${String(inputs.cidrBlock)} overlaps subnet ${clash.name}`] : []),
  ];
};

function rangeOf(block: unknown): { first: number; last: number } | undefined {
  const [, address, length] = /^(\d+\.\d+\.\d+\.\d+)\/(\d+)$/.exec(String(block)) ?? [];
  if (address === undefined) return undefined;
  const first = address.split('.').reduce((number, part) => number * 256 + Number(part), 0);
  return { first, last: first + 2 ** (32 - Number(length)) - 1 };
}

/** The authorizer reads the issuer's document when it is made: so it must be there, and reachable from outside. */
const authorizer: Rule = ({ inputs, cloud }) => {
  const issuer = at(inputs, 'jwtConfiguration.issuer');
  if (typeof issuer !== 'string') return [];
  const host = URL.canParse(issuer) ? new URL(issuer).host : issuer;
  const served = cloud
    .objects('aws:cloudfront/distribution:Distribution')
    .some(
      ({ inputs: { aliases }, outputs }) =>
        outputs.domainName === host || (Array.isArray(aliases) && aliases.includes(host)),
    );
  const documents = cloud
    .objects('aws:s3/bucketObject:BucketObject', 'aws:s3/bucketObjectv2:BucketObjectv2')
    .map(({ inputs: { key } }) => String(key));
  const published = documents.some((key) => key.endsWith('.well-known/openid-configuration'));
  return served && published
    ? []
    : [`BadRequestException: invalid issuer ${issuer}: its openid-configuration cannot be read`];
};

const table: Rule = ({ inputs }) => {
  const listed = <Item>(value: unknown) => (Array.isArray(value) ? (value as Item[]) : []);
  const defined = listed<{ name: string }>(inputs.attributes).map(({ name }) => name);
  const indexes = [
    ...listed<Request['inputs']>(inputs.globalSecondaryIndexes),
    ...listed<Request['inputs']>(inputs.localSecondaryIndexes),
  ];
  const used = [inputs, ...indexes].flatMap(({ hashKey, rangeKey, keySchemas }) => [
    ...[hashKey, rangeKey].filter((name) => typeof name === 'string'),
    ...listed<{ attributeName: string }>(keySchemas).map(({ attributeName }) => attributeName),
  ]);
  const wrong = [
    ...defined.filter((name) => !used.includes(name)),
    ...used.filter((name) => !defined.includes(name)),
  ];
  return wrong.length === 0
    ? []
    : [`ValidationException: attributes and keys do not match: ${wrong.join(', ')}`];
};

/** Asked of a create or an update, with everything known. */
export const refusals: Readonly<Record<string, Rule>> = {
  'aws:apigatewayv2/authorizer:Authorizer': authorizer,
  'aws:dynamodb/table:Table': table,
  'aws:ec2/subnet:Subnet': subnet,
  'aws:eks/addon:Addon': addon,
  'aws:eks/cluster:Cluster': ({ inputs, cloud }) =>
    inTwoZones(cloud, at(inputs, 'vpcConfig.subnetIds'), 'a cluster'),
  'aws:eks/nodeGroup:NodeGroup': nodeGroup,
  'aws:elasticache/serverlessCache:ServerlessCache': ({ inputs, cloud }) =>
    inTwoZones(cloud, inputs.subnetIds, 'a serverless cache'),
  'aws:lambda/eventSourceMapping:EventSourceMapping': eventSourceMapping,
  'aws:lambda/function:Function': ({ inputs }) => {
    const reserved = inputs.reservedConcurrentExecutions;
    // A new account has ten, all of which must stay unreserved.
    return typeof reserved === 'number' && reserved > 0
      ? ['InvalidParameterValue: reserved concurrency leaves less than 10 unreserved']
      : [];
  },
  'aws:rds/subnetGroup:SubnetGroup': ({ inputs, cloud }) =>
    inTwoZones(cloud, inputs.subnetIds, 'a database subnet group'),
  'aws:sqs/queue:Queue': ({ inputs }) =>
    inputs.kmsMasterKeyId === 'alias/aws/sqs'
      ? ["SNS cannot send to a queue under alias/aws/sqs: use SQS's own encryption or a key of yours"]
      : [],
};

/** Asked when something is about to go. */
export const clusterOfNodes: Rule = ({ type, inputs, cloud }) => {
  if (
    type !== 'aws:eks/addon:Addon' ||
    inputs.addonName !== 'vpc-cni' ||
    !clusterOf(cloud, inputs.clusterName)
  )
    return [];
  const left = nodesOf(cloud, inputs.clusterName);
  return left.map(
    ({ name }) => `vpc-cni goes before the nodes ${name}: their network interfaces stay and hold the subnets`,
  );
};
