import type { CloudObject } from '../../../cloud.ts';
import { at } from '../../../values.ts';
import { findById, token } from '../addresses.ts';
import { listed, type Rule, type Rules, sibling, skuOf } from './rule.ts';

interface Range {
  readonly first: number;
  readonly last: number;
}

function rangeOf(block: unknown): Range | undefined {
  const [, address, length] = /^(\d+\.\d+\.\d+\.\d+)\/(\d+)$/.exec(String(block)) ?? [];
  if (address === undefined) return undefined;
  const first = address.split('.').reduce((number, part) => number * 256 + Number(part), 0);
  return { first, last: first + 2 ** (32 - Number(length)) - 1 };
}

const blocksOf = ({ addressPrefix, addressPrefixes }: CloudObject['inputs']) =>
  [addressPrefix, ...(Array.isArray(addressPrefixes) ? addressPrefixes : [])].filter(
    (block) => typeof block === 'string',
  );

const subnet: Rule = ({ name, inputs, cloud }) => {
  const network = sibling(cloud, 'network:VirtualNetwork', inputs, 'virtualNetworkName');
  const prefixes = at(network?.inputs, 'addressSpace.addressPrefixes');
  const around = (Array.isArray(prefixes) ? prefixes : []).map(rangeOf);
  const others = cloud
    .objects(token('network:Subnet'))
    .filter((other) => other.name !== name && other.inputs.virtualNetworkName === inputs.virtualNetworkName);
  return blocksOf(inputs).flatMap((block) => {
    const own = rangeOf(block);
    if (!own) return [`InvalidAddressPrefixFormat: ${block}`];
    const isInside = around.some((range) => range && own.first >= range.first && own.last <= range.last);
    const clash = others.find((other) =>
      blocksOf(other.inputs)
        .map(rangeOf)
        .some((range) => range && own.first <= range.last && range.first <= own.last),
    );
    return [
      ...(isInside ? [] : [`NetcfgInvalidSubnet: ${block} is not within the network's addresses`]),
      ...(clash ? [`NetcfgSubnetRangesOverlap: ${block} overlaps subnet ${clash.name}`] : []),
    ];
  });
};

export const delegationsOf = (of: CloudObject | undefined) =>
  listed(of?.inputs.delegations).map(({ serviceName }) => String(serviceName));

/** What may be at the end of a private endpoint, by the name of its part, and where that depends on the tier. */
const groups: Readonly<Record<string, readonly string[]>> = {
  'apimanagement:ApiManagementService': ['Gateway'],
  'containerregistry:Registry': ['registry'],
  'cosmosdb:DatabaseAccount': ['Sql'],
  'dbforpostgresql:Server': ['postgresqlServer'],
  'keyvault:Vault': ['vault'],
  'redisenterprise:RedisEnterprise': ['redisEnterprise'],
  'servicebus:Namespace': ['namespace'],
  'storage:StorageAccount': ['blob', 'queue', 'table', 'file', 'web', 'dfs'],
  'web:WebApp': ['sites'],
};

const privateEndpoint: Rule = ({ inputs, cloud }) => {
  const delegated = delegationsOf(findById(cloud, at(inputs, 'subnet.id')));
  const connections = listed(inputs.privateLinkServiceConnections).flatMap((connection) => {
    const target = findById(cloud, connection.privateLinkServiceId);
    const known = groups[target?.type.slice(token('').length) ?? ''] ?? [];
    const asked = Array.isArray(connection.groupIds) ? connection.groupIds : [];
    const isTooSmall =
      (target?.type === token('servicebus:Namespace') && skuOf(target) !== 'Premium') ||
      (target?.type === token('containerregistry:Registry') && skuOf(target) !== 'Premium');
    return [
      ...asked
        .filter((group) => !known.includes(group))
        .map((group) => `PrivateLinkServiceGroupIdNotValid: ${group}: ${known.join(', ')} can be asked for`),
      ...(isTooSmall ? [`BadRequest: ${target?.name} has private endpoints in tier Premium only`] : []),
    ];
  });
  return [
    ...(delegated.length > 0
      ? [`PrivateEndpointCannotBeCreatedInDelegatedSubnet: it is ${delegated.join(', ')}'s`]
      : []),
    ...connections,
  ];
};

const needsStatic: Rule = ({ inputs }) =>
  at(inputs, 'sku.name') === 'Standard' && inputs.publicIPAllocationMethod !== 'Static'
    ? ['PublicIPAddressSkuInvalidAllocation: a Standard address is Static']
    : [];

export const networkRules: Rules = {
  'network:PrivateEndpoint': privateEndpoint,
  'network:PublicIPAddress': needsStatic,
  'network:Subnet': subnet,
};
