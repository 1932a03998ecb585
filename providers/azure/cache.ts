import { PrivateDnsZoneGroup } from '@pulumi/azure-native/network/privateDnsZoneGroup.js';
import { PrivateEndpoint } from '@pulumi/azure-native/network/privateEndpoint.js';
import { Database } from '@pulumi/azure-native/redisenterprise/database.js';
import { listDatabaseKeysOutput } from '@pulumi/azure-native/redisenterprise/listDatabaseKeys.js';
import { RedisEnterprise } from '@pulumi/azure-native/redisenterprise/redisEnterprise.js';
import * as pulumi from '@pulumi/pulumi';
import type { CacheServer } from '../../components/contract.ts';
import { type Network, subnetCidrs } from './network.ts';
import { type AzureContext, Part } from './part.ts';

/** What the cache costs: its size, and whether there are two of it. */
const sizes = {
  learn: { name: 'Balanced_B0', highAvailability: 'Disabled' },
  production: { name: 'Balanced_B1', highAvailability: 'Enabled' },
} as const;

/** Azure Managed Redis: by TLS only, and reached from the cluster only. */
export class Cache extends Part implements CacheServer {
  readonly url: pulumi.Output<string>;
  readonly port = 10_000;
  readonly cidrs = [subnetCidrs.endpoints];
  readonly ready: readonly pulumi.Resource[];
  readonly cacheId: pulumi.Output<string>;

  constructor(context: AzureContext, network: Network) {
    super('Cache', 'cache', context);
    const { name, highAvailability } = sizes[context.config.profile];
    const { resourceGroupName } = this.place;
    const cache = new RedisEnterprise(
      'cache',
      {
        ...this.place,
        sku: { name },
        // On by itself, and twice the price.
        highAvailability,
        minimumTlsVersion: '1.2',
        publicNetworkAccess: 'Disabled',
        tags: this.tags,
      },
      { ...this.child, customTimeouts: { create: '60m', delete: '60m' } },
    );
    const database = new Database(
      'cache',
      {
        resourceGroupName,
        clusterName: cache.name,
        databaseName: 'default',
        port: this.port,
        clientProtocol: 'Encrypted',
        // A plain client, which a cluster would send from node to node.
        clusteringPolicy: 'NoCluster',
        evictionPolicy: 'AllKeysLRU',
        accessKeysAuthentication: 'Enabled',
      },
      this.child,
    );
    const names = network.createPrivateZone('cache', 'privatelink.redis.azure.net');
    const endpoint = new PrivateEndpoint(
      'cache',
      {
        ...this.place,
        subnet: { id: network.subnetIds.endpoints },
        privateLinkServiceConnections: [
          { name: 'cache', privateLinkServiceId: cache.id, groupIds: ['redisEnterprise'] },
        ],
        tags: this.tags,
      },
      { ...this.child, dependsOn: [database] },
    );
    const group = new PrivateDnsZoneGroup(
      'cache',
      {
        resourceGroupName,
        privateEndpointName: endpoint.name,
        privateDnsZoneGroupName: 'default',
        privateDnsZoneConfigs: [{ name: 'cache', privateDnsZoneId: names.zone.id }],
      },
      this.child,
    );
    const { primaryKey } = listDatabaseKeysOutput(
      { resourceGroupName, clusterName: cache.name, databaseName: database.name },
      this.child,
    );
    this.url = pulumi.secret(
      pulumi.interpolate`rediss://:${primaryKey.apply(encodeURIComponent)}@${cache.hostName}:${this.port}`,
    );
    this.cacheId = cache.id;
    this.ready = [database, group, names.link];
    this.registerOutputs({ cacheId: this.cacheId });
  }
}
