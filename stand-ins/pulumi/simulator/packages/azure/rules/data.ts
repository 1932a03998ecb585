import { at } from '../../../values.ts';
import { findById, token } from '../addresses.ts';
import { delegationsOf } from './network.ts';
import { listed, type Rule, type Rules, sibling, skuOf } from './rule.ts';

const isServerless = (account: { inputs: unknown } | undefined) =>
  listed(at(account?.inputs, 'capabilities')).some(({ name }) => name === 'EnableServerless');

/** Serverless is paid by the request: it takes no throughput. */
const documents: Rule = ({ inputs, cloud }) => {
  const account = sibling(cloud, 'cosmosdb:DatabaseAccount', inputs, 'accountName');
  const asks =
    at(inputs, 'options.throughput') !== undefined || at(inputs, 'options.autoscaleSettings') !== undefined;
  return isServerless(account) && asks
    ? ['BadRequest: throughput cannot be set on a serverless account']
    : [];
};

const container: Rule = (request) => {
  const paths = at(request.inputs, 'resource.partitionKey.paths');
  const keys = Array.isArray(paths) ? paths : [];
  const wrong = keys.filter((path) => !/^\/[^/]/.test(String(path)));
  return [
    ...documents(request),
    ...(keys.length === 0 ? ['BadRequest: a container needs a partition key'] : []),
    ...wrong.map((path) => `BadRequest: the partition key's path ${String(path)} begins with no slash`),
  ];
};

const account: Rule = ({ inputs }) => [
  ...(isServerless({ inputs }) && listed(inputs.locations).length > 1
    ? ['BadRequest: a serverless account is in one region']
    : []),
  ...(isServerless({ inputs }) && inputs.enableMultipleWriteLocations === true
    ? ['BadRequest: a serverless account writes in one region']
    : []),
];

const server: Rule = ({ inputs, cloud }) => {
  const subnetId = at(inputs, 'network.delegatedSubnetResourceId');
  const zoneId = at(inputs, 'network.privateDnsZoneArmResourceId');
  const linked = cloud
    .objects(token('privatedns:VirtualNetworkLink'))
    .some(({ id }) => id.toLowerCase().startsWith(String(zoneId).toLowerCase()));
  const isOurs = delegationsOf(findById(cloud, subnetId)).includes(
    'Microsoft.DBforPostgreSQL/flexibleServers',
  );
  const available = at(inputs, 'highAvailability.mode');
  const days = Number(at(inputs, 'backup.backupRetentionDays') ?? 7);
  return [
    ...(subnetId !== undefined && !isOurs
      ? [
          'VnetSubnetMissingRequiredDelegation: the subnet is not delegated to Microsoft.DBforPostgreSQL/flexibleServers',
        ]
      : []),
    ...(zoneId !== undefined && !linked
      ? ['PrivateDnsZoneNotLinked: the private zone is linked to no network']
      : []),
    ...(subnetId !== undefined && zoneId === undefined
      ? ['EmptyPrivateDnsZoneArmResourceId: a server in a network needs a private zone']
      : []),
    ...(at(inputs, 'sku.tier') === 'Burstable' && available !== undefined && available !== 'Disabled'
      ? ['HANotSupportedForBurstableSkuWithReplica: Burstable has no high availability']
      : []),
    ...(days < 7 || days > 35
      ? [`InvalidParameterValue: backups are kept from 7 to 35 days, not ${days}`]
      : []),
    ...(Number(at(inputs, 'storage.storageSizeGB') ?? 32) < 32
      ? ['InvalidParameterValue: a server has 32 GiB at least']
      : []),
  ];
};

/** ISO 8601, as far as Service Bus takes it, in seconds. */
function secondsOf(duration: unknown): number {
  const [, days = 0, hours = 0, minutes = 0, seconds = 0] =
    /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(String(duration)) ?? [];
  return Number(days) * 86_400 + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

const lock: Rule = ({ inputs }) => [
  ...(inputs.lockDuration !== undefined && secondsOf(inputs.lockDuration) > 300
    ? [`BadRequest: a lock lasts PT5M at most, not ${String(inputs.lockDuration)}`]
    : []),
  ...(Number(inputs.maxDeliveryCount ?? 10) < 1 ? ['BadRequest: maxDeliveryCount is 1 at least'] : []),
];

const topic: Rule = ({ inputs, cloud }) => {
  const tier = skuOf(sibling(cloud, 'servicebus:Namespace', inputs, 'namespaceName'));
  return [
    ...(tier === 'Basic' ? ['BadRequest: tier Basic has no topics'] : []),
    ...(Number(inputs.maxMessageSizeInKilobytes ?? 0) > 256 && tier !== 'Premium'
      ? ['BadRequest: more than 256 KB need tier Premium']
      : []),
  ];
};

const namespace: Rule = ({ inputs }) =>
  at(inputs, 'sku.name') !== 'Premium' && inputs.publicNetworkAccess === 'Disabled'
    ? ['BadRequest: only tier Premium can be closed to the internet']
    : [];

/** A rule beside the one that lets everything through changes nothing. */
const rule: Rule = ({ inputs, cloud }) => {
  const ownDefault = sibling(
    cloud,
    'servicebus:DefaultRule',
    inputs,
    'namespaceName',
    'topicName',
    'subscriptionName',
  );
  if (inputs.ruleName === '$Default') return ['Conflict: $Default is there already: use DefaultRule'];
  return ownDefault ? [] : ['the rule $Default lets everything through beside this one: use DefaultRule'];
};

const cacheDatabase: Rule = ({ inputs, cloud }) => {
  const isTaken = cloud
    .objects(token('redisenterprise:Database'))
    .some(
      (other) =>
        other.inputs.clusterName === inputs.clusterName && other.inputs.databaseName !== inputs.databaseName,
    );
  return [
    ...(inputs.databaseName === 'default' ? [] : ['BadRequest: the database of a cache is named default']),
    ...(isTaken ? ['BadRequest: a cache has one database'] : []),
    ...(inputs.clusteringPolicy === 'NoCluster' || inputs.clusteringPolicy === 'EnterpriseCluster'
      ? []
      : ['MOVED: with OSSCluster, which is the default, a plain client is sent from node to node']),
    ...(inputs.port === undefined || inputs.port === 10_000 ? [] : ['BadRequest: the port is 10000']),
  ];
};

/** The provider sends blobs with the account's key (pulumi-azure-native#1364 and #3719). */
const blob: Rule = ({ inputs, cloud }) =>
  sibling(cloud, 'storage:StorageAccount', inputs, 'accountName')?.inputs.allowSharedKeyAccess === false
    ? [
        `KeyBasedAuthenticationNotPermitted: ${String(inputs.accountName)} takes no key: set allowSharedKeyAccess`,
      ]
    : [];

export const dataRules: Rules = {
  'cosmosdb:DatabaseAccount': account,
  'cosmosdb:SqlResourceSqlContainer': container,
  'cosmosdb:SqlResourceSqlDatabase': documents,
  'dbforpostgresql:Server': server,
  'redisenterprise:Database': cacheDatabase,
  'servicebus:Namespace': namespace,
  'servicebus:Queue': lock,
  'servicebus:Rule': rule,
  'servicebus:Subscription': lock,
  'servicebus:Topic': topic,
  'storage:Blob': blob,
};
