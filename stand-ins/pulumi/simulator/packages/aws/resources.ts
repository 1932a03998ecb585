import { createHash } from 'node:crypto';
import type { Made, Request, ResourceModel } from '../../model.ts';
import { isSpecial } from '../../values.ts';
import { arnOf, regionOf } from './addresses.ts';

/** Ids, names, force-new properties, defaults and outputs that mean something, of the types in use here. */

const hex =
  (prefix: string) =>
  ({ cloud }: Request) =>
    `${prefix}-0${cloud.random(16)}`;
const input =
  (name: string) =>
  ({ inputs }: Request) =>
    String(inputs[name]);
const joined =
  (...names: string[]) =>
  ({ inputs }: Request) =>
    names.map((name) => String(inputs[name])).join(':');

/** An object whose id is its name, which only one can have, and which cannot be renamed. */
const named = (more: ResourceModel = {}, property = 'name'): ResourceModel => ({
  id: input(property),
  unique: input(property),
  ...more,
  forceNew: [property, ...(more.forceNew ?? [])],
});

/** A name that only one can have, although the id is another. */
const uniquelyNamed = (more: ResourceModel = {}): ResourceModel => ({
  unique: input('name'),
  ...more,
  forceNew: ['name', ...(more.forceNew ?? [])],
});

/** The same for a link between two objects: the id names both. */
const link = (...names: string[]): ResourceModel => ({
  id: joined(...names),
  unique: joined(...names),
  forceNew: names,
});

const host = (name: string, service: string) => (made: Made) =>
  `${name}.${service}.${regionOf(made)}.amazonaws.com`;
const queueUrl = (request: Request) =>
  `https://sqs.${regionOf(request)}.amazonaws.com/${request.cloud.account}/${String(request.inputs.name)}`;
const topicArn = (request: Request) => arnOf({ ...request, id: '', before: {} });
const bucketModel = named(
  {
    autoName: 'bucket',
    defaults: { forceDestroy: false },
    outputs: (made) => ({
      bucketDomainName: `${made.id}.s3.amazonaws.com`,
      bucketRegionalDomainName: host(`${made.id}`, 's3')(made),
      region: regionOf(made),
    }),
  },
  'bucket',
);

const ofLambda = (made: Made) => {
  const { code, s3Key } = made.inputs;
  const hash = isSpecial(code) ? String(code.hash) : String(s3Key);
  return {
    invokeArn: `arn:aws:apigateway:${regionOf(made)}:lambda:path/2015-03-31/functions/${arnOf(made)}/invocations`,
    qualifiedArn: `${arnOf(made)}:$LATEST`,
    codeSha256: createHash('sha256').update(hash).digest('base64'),
    version: '$LATEST',
  };
};

const ofCluster = (made: Made) => {
  const kept = made.before.endpoint;
  const number = /\/\/([0-9A-F]+)\./.exec(String(kept))?.[1] ?? made.cloud.random(32).toUpperCase();
  return {
    endpoint: `https://${number}.gr7.${regionOf(made)}.eks.amazonaws.com`,
    certificateAuthority: { data: Buffer.from(`certificate of ${made.id}`).toString('base64') },
    identities: [{ oidcs: [{ issuer: `https://oidc.eks.${regionOf(made)}.amazonaws.com/id/${number}` }] }],
    clusterId: made.id,
    status: 'ACTIVE',
  };
};

/** The cloud's own protection, beside Pulumi's. */
const keptBy =
  (property: string) =>
  ({ inputs, name }: Request) =>
    inputs[property] === true ? [`InvalidRequest: ${name} has deletion protection`] : [];

export const awsResources: Readonly<Record<string, ResourceModel>> = {
  'aws:apigatewayv2/api:Api': {
    id: ({ cloud }) => cloud.random(10),
    forceNew: ['protocolType'],
    outputs: (made) => ({
      apiEndpoint: `https://${host(made.id, 'execute-api')(made)}`,
      executionArn: `arn:aws:execute-api:${regionOf(made)}:${made.cloud.account}:${made.id}`,
    }),
  },
  'aws:apigatewayv2/authorizer:Authorizer': { id: ({ cloud }) => cloud.random(6), forceNew: ['apiId'] },
  'aws:apigatewayv2/integration:Integration': {
    id: ({ cloud }) => cloud.random(7),
    forceNew: ['apiId', 'integrationType'],
  },
  'aws:apigatewayv2/route:Route': { ...link('apiId', 'routeKey'), forceNew: ['apiId'] },
  'aws:apigatewayv2/stage:Stage': {
    ...link('apiId', 'name'),
    outputs: (made) => {
      const stage = String(made.inputs.name);
      return {
        invokeUrl: `https://${host(String(made.inputs.apiId), 'execute-api')(made)}/${stage === '$default' ? '' : stage}`,
      };
    },
  },
  'aws:apigatewayv2/vpcLink:VpcLink': {
    id: ({ cloud }) => cloud.random(6),
    forceNew: ['subnetIds', 'securityGroupIds'],
  },
  'aws:budgets/budget:Budget': named(),
  'aws:cloudfront/distribution:Distribution': {
    id: ({ cloud }) => `E${cloud.random(13).toUpperCase()}`,
    outputs: ({ id }) => ({
      domainName: `d${id.slice(1).toLowerCase()}.cloudfront.net`,
      hostedZoneId: 'Z2FDTNDATAQYW2',
      status: 'Deployed',
    }),
  },
  'aws:cloudfront/originAccessControl:OriginAccessControl': uniquelyNamed({
    id: ({ cloud }) => `E${cloud.random(13).toUpperCase()}`,
  }),
  'aws:cloudwatch/dashboard:Dashboard': named({ autoName: 'dashboardName' }, 'dashboardName'),
  'aws:cloudwatch/eventRule:EventRule': named(),
  'aws:cloudwatch/logGroup:LogGroup': named({ defaults: { retentionInDays: 0, skipDestroy: false } }),
  'aws:cloudwatch/metricAlarm:MetricAlarm': named({ forceNew: [] }),
  'aws:dynamodb/table:Table': named({
    refuseDelete: keptBy('deletionProtectionEnabled'),
    forceNew: ['hashKey', 'rangeKey'],
    defaults: { billingMode: 'PROVISIONED' },
    outputs: (made) =>
      made.inputs.streamEnabled === true
        ? {
            streamArn: `${arnOf(made)}/stream/2026-01-01T00:00:00.000`,
            streamLabel: '2026-01-01T00:00:00.000',
          }
        : {},
  }),
  'aws:ec2/eip:Eip': {
    id: hex('eipalloc'),
    outputs: ({ id }) => ({ allocationId: id, publicIp: '198.51.100.7' }),
  },
  'aws:ec2/internetGateway:InternetGateway': { id: hex('igw') },
  'aws:ec2/natGateway:NatGateway': {
    id: hex('nat'),
    forceNew: ['allocationId', 'subnetId', 'connectivityType'],
  },
  'aws:ec2/route:Route': { id: hex('r'), forceNew: ['routeTableId', 'destinationCidrBlock'] },
  'aws:ec2/routeTable:RouteTable': { id: hex('rtb'), forceNew: ['vpcId'] },
  'aws:ec2/routeTableAssociation:RouteTableAssociation': {
    id: hex('rtbassoc'),
    unique: input('subnetId'),
    forceNew: ['subnetId'],
  },
  'aws:ec2/securityGroup:SecurityGroup': {
    autoName: 'name',
    id: hex('sg'),
    unique: joined('vpcId', 'name'),
    forceNew: ['name', 'vpcId', 'description'],
    defaults: { description: 'Managed by Pulumi' },
  },
  'aws:ec2/subnet:Subnet': {
    id: hex('subnet'),
    forceNew: ['vpcId', 'cidrBlock', 'availabilityZone', 'availabilityZoneId'],
    defaults: { mapPublicIpOnLaunch: false },
  },
  'aws:ec2/vpc:Vpc': {
    id: hex('vpc'),
    forceNew: ['cidrBlock'],
    defaults: { enableDnsSupport: true, enableDnsHostnames: false },
  },
  'aws:ec2/vpcEndpoint:VpcEndpoint': {
    id: hex('vpce'),
    forceNew: ['vpcId', 'serviceName', 'vpcEndpointType'],
  },
  'aws:ecr/repository:Repository': named({
    defaults: { imageTagMutability: 'MUTABLE', forceDelete: false },
    forceNew: ['encryptionConfigurations'],
    outputs: (made) => ({
      registryId: made.cloud.account,
      repositoryUrl: `${host(`${made.cloud.account}.dkr`, 'ecr')(made)}/${made.id}`,
    }),
  }),
  'aws:eks/accessEntry:AccessEntry': link('clusterName', 'principalArn'),
  'aws:eks/accessPolicyAssociation:AccessPolicyAssociation': link('clusterName', 'principalArn', 'policyArn'),
  'aws:eks/addon:Addon': link('clusterName', 'addonName'),
  'aws:eks/cluster:Cluster': named({
    refuseDelete: keptBy('deletionProtection'),
    forceNew: [
      'roleArn',
      'encryptionConfig',
      'bootstrapSelfManagedAddons',
      'accessConfig.bootstrapClusterCreatorAdminPermissions',
    ],
    outputs: ofCluster,
  }),
  'aws:eks/nodeGroup:NodeGroup': {
    ...link('clusterName', 'nodeGroupName'),
    autoName: 'nodeGroupName',
    forceNew: [
      'clusterName',
      'nodeGroupName',
      'subnetIds',
      'nodeRoleArn',
      'instanceTypes',
      'diskSize',
      'amiType',
      'capacityType',
    ],
  },
  'aws:eks/podIdentityAssociation:PodIdentityAssociation': {
    id: hex('a'),
    unique: joined('clusterName', 'namespace', 'serviceAccount'),
    forceNew: ['clusterName', 'namespace', 'serviceAccount'],
  },
  'aws:elasticache/serverlessCache:ServerlessCache': named({
    forceNew: ['engine', 'subnetIds', 'kmsKeyId'],
    outputs: (made) => ({
      endpoints: [
        { address: `${made.id}-simulated.serverless.${regionOf(made)}.cache.amazonaws.com`, port: 6379 },
      ],
      readerEndpoints: [],
    }),
  }),
  'aws:iam/policy:Policy': {
    id: ({ ...request }) => arnOf({ ...request, id: '', before: {} }),
    unique: input('name'),
    forceNew: ['name', 'path', 'description'],
  },
  'aws:iam/role:Role': named({ forceNew: ['path'], defaults: { path: '/', maxSessionDuration: 3600 } }),
  'aws:iam/rolePolicy:RolePolicy': link('role', 'name'),
  'aws:iam/rolePolicyAttachment:RolePolicyAttachment': link('role', 'policyArn'),
  'aws:kms/alias:Alias': named(),
  'aws:kms/key:Key': {
    defaults: { enableKeyRotation: false, deletionWindowInDays: 30 },
    outputs: ({ id }) => ({ keyId: id }),
  },
  'aws:lambda/eventSourceMapping:EventSourceMapping': {
    unique: joined('eventSourceArn', 'functionName'),
    forceNew: ['eventSourceArn', 'startingPosition'],
    outputs: ({ id }) => ({ uuid: id }),
  },
  'aws:lambda/function:Function': named({
    forceNew: ['packageType'],
    defaults: { memorySize: 128, timeout: 3, reservedConcurrentExecutions: -1, publish: false },
    changing: ['lastModified', 'codeSha256', 'sourceCodeHash', 'sourceCodeSize'],
    outputs: ofLambda,
  }),
  'aws:lambda/permission:Permission': {
    autoName: 'statementId',
    id: input('statementId'),
    unique: joined('function', 'statementId'),
    forceNew: ['function', 'statementId', 'action', 'principal', 'sourceArn', 'sourceAccount'],
  },
  'aws:lb/listener:Listener': { forceNew: ['loadBalancerArn'] },
  'aws:lb/loadBalancer:LoadBalancer': uniquelyNamed({
    forceNew: ['internal', 'loadBalancerType'],
    outputs: (made) => ({ dnsName: `${host(`${String(made.inputs.name)}-${made.id}`, 'elb')(made)}` }),
  }),
  'aws:lb/targetGroup:TargetGroup': uniquelyNamed({ forceNew: ['port', 'protocol', 'targetType', 'vpcId'] }),
  'aws:rds/instance:Instance': named(
    {
      autoName: 'identifier',
      forceNew: ['engine', 'username', 'dbName', 'storageEncrypted', 'kmsKeyId', 'dbSubnetGroupName'],
      defaults: {
        backupRetentionPeriod: 0,
        deletionProtection: false,
        skipFinalSnapshot: false,
        storageEncrypted: false,
        publiclyAccessible: false,
      },
      outputs: (made) => {
        const address = host(`${made.id}.simulated`, 'rds')(made);
        return { address, endpoint: `${address}:5432`, port: made.inputs.port ?? 5432 };
      },
      refuseDelete: ({ inputs, id }) => [
        ...(inputs.deletionProtection === true
          ? [`InvalidParameterCombination: ${id} has deletion protection`]
          : []),
        ...(inputs.skipFinalSnapshot !== true && inputs.finalSnapshotIdentifier === undefined
          ? [`finalSnapshotIdentifier is required to delete ${id}`]
          : []),
      ],
    },
    'identifier',
  ),
  'aws:rds/parameterGroup:ParameterGroup': named({ forceNew: ['family'] }),
  'aws:rds/subnetGroup:SubnetGroup': named(),
  'aws:s3/bucket:Bucket': bucketModel,
  'aws:s3/bucketObject:BucketObject': {
    id: joined('bucket', 'key'),
    forceNew: ['bucket', 'key'],
    changing: ['etag', 'versionId'],
  },
  'aws:s3/bucketObjectv2:BucketObjectv2': {
    id: joined('bucket', 'key'),
    forceNew: ['bucket', 'key'],
    changing: ['etag', 'versionId'],
  },
  'aws:s3/bucketPolicy:BucketPolicy': link('bucket'),
  'aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock': link('bucket'),
  'aws:s3/bucketV2:BucketV2': bucketModel,
  'aws:scheduler/schedule:Schedule': named(),
  'aws:secretsmanager/secret:Secret': {
    unique: input('name'),
    id: (request) => `${arnOf({ ...request, id: request.cloud.random(12), before: {} })}`,
    forceNew: ['name'],
    defaults: { recoveryWindowInDays: 30 },
    outputs: ({ id }) => ({ arn: id }),
  },
  'aws:secretsmanager/secretVersion:SecretVersion': { forceNew: ['secretId', 'secretString'] },
  'aws:sesv2/emailIdentity:EmailIdentity': named(
    { outputs: () => ({ verificationStatus: 'PENDING' }) },
    'emailIdentity',
  ),
  'aws:sns/topic:Topic': { id: topicArn, unique: input('name'), forceNew: ['name', 'fifoTopic'] },
  'aws:sns/topicPolicy:TopicPolicy': link('arn'),
  'aws:sns/topicSubscription:TopicSubscription': {
    unique: joined('topic', 'protocol', 'endpoint'),
    id: ({ inputs, cloud }) => `${String(inputs.topic)}:${cloud.random(32)}`,
    forceNew: ['topic', 'protocol', 'endpoint'],
  },
  'aws:sqs/queue:Queue': {
    id: queueUrl,
    unique: input('name'),
    forceNew: ['name', 'fifoQueue'],
    defaults: {
      visibilityTimeoutSeconds: 30,
      messageRetentionSeconds: 345_600,
      receiveWaitTimeSeconds: 0,
      delaySeconds: 0,
      maxMessageSize: 262_144,
    },
    outputs: (made) => ({ url: queueUrl(made) }),
  },
  'aws:sqs/queuePolicy:QueuePolicy': link('queueUrl'),
};
