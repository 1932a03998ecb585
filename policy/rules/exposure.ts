import { at, isObject, listed, type Resource, type Rule, statementsOf, texts, type Values } from '../rule.ts';

const anybody = ['0.0.0.0/0', '::/0'];
/** PostgreSQL, Redis and Valkey, Azure Managed Redis, MySQL, MongoDB. */
const dataPorts = [5432, 6379, 10_000, 3306, 27_017];

const isFromAnywhere = (rule: Values) =>
  [
    ...texts(rule.cidrBlocks),
    ...texts(rule.ipv6CidrBlocks),
    ...texts(rule.cidrIpv4),
    ...texts(rule.cidrIpv6),
  ].some((cidr) => anybody.includes(cidr));

/** A port range of a security group's rule; protocol -1 is all ports. */
function opensData(rule: Values): boolean {
  if (rule.protocol === '-1' || rule.ipProtocol === '-1') return true;
  return dataPorts.some((port) => Number(rule.fromPort) <= port && port <= Number(rule.toPort));
}

function openPorts({ type, inputs }: Resource): string[] {
  const rules = {
    'aws:ec2/securityGroup:SecurityGroup': listed(inputs.ingress),
    'aws:ec2/securityGroupRule:SecurityGroupRule': inputs.type === 'ingress' ? [inputs] : [],
    'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule': [inputs],
  }[type];
  const open = (rules ?? []).filter((rule) => isFromAnywhere(rule) && opensData(rule));
  return open.map(() => 'lets the whole internet reach a port of a data store');
}

/** Who a resource's policy lets in: everybody, with no condition that says from where. */
function openPolicies({ type, inputs }: Resource): string[] {
  if (!/^aws:(s3|sqs|sns|secretsmanager|ecr|dynamodb|kms)\//.test(type) || inputs.policy === undefined)
    return [];
  const open = statementsOf(inputs.policy).filter(
    ({ Effect, Principal, Condition }) =>
      Effect === 'Allow' &&
      (Principal === '*' || texts(at(Principal, 'AWS')).includes('*')) &&
      (!isObject(Condition) || Object.keys(Condition).length === 0),
  );
  return open.map(
    ({ Sid }) =>
      `lets everybody in (statement ${String(Sid ?? 'without a name')}): name a principal or a condition`,
  );
}

const closed = ['blockPublicAcls', 'blockPublicPolicy', 'ignorePublicAcls', 'restrictPublicBuckets'];
const settings: Readonly<Record<string, (inputs: Values) => string[]>> = {
  'aws:lambda/functionUrl:FunctionUrl': ({ authorizationType }) =>
    authorizationType === 'NONE' ? ['can be called by everybody'] : [],
  'aws:rds/instance:Instance': ({ publiclyAccessible }) =>
    publiclyAccessible === true ? ['is reached from the internet: set publiclyAccessible to false'] : [],
  'aws:s3/bucket:Bucket': ({ acl }) => (/^public/.test(String(acl)) ? ['is public by its ACL'] : []),
  'aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock': (inputs) =>
    closed.filter((name) => inputs[name] !== true).map((name) => `leaves the bucket open: set ${name}`),
};

/** A rule of a network security group: `*`, `5432`, `5000-6000`. */
function opensDataOnAzure(rule: Values): boolean {
  const sources = [...texts(rule.sourceAddressPrefix), ...texts(rule.sourceAddressPrefixes)];
  const ports = [...texts(rule.destinationPortRange), ...texts(rule.destinationPortRanges)];
  const isForAll = sources.some((source) => ['*', 'Internet', ...anybody].includes(source));
  const isToData = ports.some((range) => {
    const [first, last = first] = range.split('-');
    return range === '*' || dataPorts.some((port) => Number(first) <= port && port <= Number(last));
  });
  return rule.access === 'Allow' && rule.direction === 'Inbound' && isForAll && isToData;
}

function openGroups({ type, inputs }: Resource): string[] {
  const rules = {
    'azure-native:network:NetworkSecurityGroup': listed(inputs.securityRules),
    'azure-native:network:SecurityRule': [inputs],
  }[type];
  return (rules ?? [])
    .filter(opensDataOnAzure)
    .map(() => 'lets the whole internet reach a port of a data store');
}

const closedNetwork = 'is reached from the internet: set publicNetworkAccess to Disabled';
const byKey = 'opens to whoever has its key, from anywhere: set disableLocalAuth';

const settingsOnAzure: Readonly<Record<string, (inputs: Values) => string[]>> = {
  'azure-native:containerregistry:Registry': ({ anonymousPullEnabled }) =>
    anonymousPullEnabled === true ? ['gives its images to everybody'] : [],
  'azure-native:cosmosdb:DatabaseAccount': ({ disableLocalAuth }) =>
    disableLocalAuth === true ? [] : [byKey],
  'azure-native:dbforpostgresql:Server': ({ network }) =>
    at(network, 'publicNetworkAccess') === 'Disabled' ? [] : [closedNetwork],
  'azure-native:keyvault:Vault': ({ properties }) =>
    at(properties, 'enableRbacAuthorization') === true
      ? []
      : ['has access policies, which nobody sees beside the roles: set enableRbacAuthorization'],
  'azure-native:redisenterprise:RedisEnterprise': ({ publicNetworkAccess }) =>
    publicNetworkAccess === 'Disabled' ? [] : [closedNetwork],
  'azure-native:servicebus:Namespace': ({ disableLocalAuth }) => (disableLocalAuth === true ? [] : [byKey]),
  'azure-native:storage:BlobContainer': ({ publicAccess }) =>
    publicAccess === undefined || publicAccess === 'None' ? [] : ['is public: set publicAccess to None'],
  'azure-native:storage:StorageAccount': ({ allowBlobPublicAccess }) =>
    allowBlobPublicAccess === false
      ? []
      : ['lets its containers be public: set allowBlobPublicAccess to false'],
};

export const noPublicData: Rule = {
  name: 'no-public-data',
  description: 'No data store is reached, read or written by everybody.',
  against: (resource) => [
    ...openPorts(resource),
    ...openPolicies(resource),
    ...openGroups(resource),
    ...({ ...settings, ...settingsOnAzure }[resource.type]?.(resource.inputs) ?? []),
  ],
};
