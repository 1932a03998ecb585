import { subscription } from '../../../stand-ins/pulumi/simulator/packages/azure/addresses.ts';
import type { Values } from '../../../stand-ins/pulumi/simulator/values.ts';
import type { World } from './world.ts';

/** What is around most things on Azure: a resource group, and makers of what others need. */

export const group = { resourceGroupName: 'shop', location: 'westeurope' } as const;
/** Of what takes no place of its own. */
export const { resourceGroupName } = group;
const named = (name: string) => `azure-native:${name}`;

/** Makes things of Azure in a world, in one resource group. */
export class Azure {
  readonly world: World;

  constructor(world: World) {
    this.world = world;
    this.make('resources:ResourceGroup', 'group', { ...group });
  }

  make(type: string, name: string, inputs: Values) {
    return this.world.make(named(type), name, inputs);
  }

  delete(type: string, name: string): void {
    this.world.delete(named(type), name);
  }

  /** @returns its id */
  subnet(name = 'nodes', more: Values = {}): string {
    const virtualNetworkName = 'network';
    if (this.world.cloud.objects(named('network:VirtualNetwork')).length === 0)
      this.make('network:VirtualNetwork', 'network', {
        ...group,
        virtualNetworkName,
        addressSpace: { addressPrefixes: ['10.0.0.0/16'] },
      });
    return this.make('network:Subnet', name, {
      resourceGroupName,
      virtualNetworkName,
      subnetName: name,
      addressPrefix: '10.0.0.0/24',
      ...more,
    }).id;
  }

  /** @returns its principal */
  identity(name = 'identity') {
    const { outputs } = this.make('managedidentity:UserAssignedIdentity', name, {
      ...group,
      resourceName: name,
    });
    return outputs.principalId;
  }

  assign(name: string, more: Values) {
    return this.make('authorization:RoleAssignment', name, {
      principalType: 'ServicePrincipal',
      roleDefinitionId: roleOf('7f951dda-4ed3-4680-a7ca-43fe172d538d'),
      scope: `/subscriptions/${subscription}/resourceGroups/shop`,
      ...more,
    });
  }

  storage(accountName = 'packages', more: Values = {}) {
    return this.make('storage:StorageAccount', accountName, {
      ...group,
      accountName,
      kind: 'StorageV2',
      sku: { name: 'Standard_LRS' },
      ...more,
    });
  }

  /** Storage with a site in it. */
  site(): void {
    this.storage('site');
    this.make('storage:StorageAccountStaticWebsite', 'site', { resourceGroupName, accountName: 'site' });
  }

  blob(blobName: string) {
    return this.make('storage:Blob', blobName, {
      resourceGroupName,
      accountName: 'site',
      containerName: '$web',
      blobName,
    });
  }

  namespace(sku = 'Standard') {
    return this.make('servicebus:Namespace', 'bus', {
      ...group,
      namespaceName: 'shop-bus',
      sku: { name: sku },
    });
  }

  topic() {
    return this.make('servicebus:Topic', 'events', {
      resourceGroupName,
      namespaceName: 'shop-bus',
      topicName: 'events',
    });
  }

  subscription(more: Values = {}) {
    return this.make('servicebus:Subscription', 'mail', {
      resourceGroupName,
      namespaceName: 'shop-bus',
      topicName: 'events',
      subscriptionName: 'mail',
      ...more,
    });
  }

  documents(capability?: string) {
    const account = this.make('cosmosdb:DatabaseAccount', 'documents', {
      ...group,
      accountName: 'documents',
      databaseAccountOfferType: 'Standard',
      locations: [{ locationName: 'westeurope' }],
      ...(capability && { capabilities: [{ name: capability }] }),
    });
    this.make('cosmosdb:SqlResourceSqlDatabase', 'shop', {
      resourceGroupName,
      accountName: 'documents',
      databaseName: 'shop',
      resource: { id: 'shop' },
    });
    return account;
  }

  cluster(more: Values = {}) {
    const cluster = this.make('containerservice:ManagedCluster', 'cluster', {
      ...group,
      resourceName: 'cluster',
      dnsPrefix: 'shop',
      identity: { type: 'SystemAssigned' },
      agentPoolProfiles: [{ name: 'nodes', mode: 'System' }],
      oidcIssuerProfile: { enabled: true },
      ...more,
    });
    this.world.config.kubeconfig = JSON.stringify({
      clusters: [{ cluster: { server: `https://${String(cluster.outputs.fqdn)}:443` } }],
    });
    return cluster;
  }

  /** A gateway, and in it one API. */
  gateway(sku: Values = { name: 'Consumption', capacity: 0 }, more: Values = {}): void {
    const place = { resourceGroupName, serviceName: 'gateway' };
    this.make('apimanagement:ApiManagementService', 'gateway', {
      ...group,
      ...place,
      publisherEmail: 'a@example.com',
      publisherName: 'Shop',
      sku,
      ...more,
    });
    this.make('apimanagement:Api', 'api', { ...place, apiId: 'api', path: '' });
  }

  policy(within: string) {
    const value = `<policies><inbound>${within}</inbound></policies>`;
    return this.make('apimanagement:ApiPolicy', 'api', {
      resourceGroupName,
      serviceName: 'gateway',
      apiId: 'api',
      policyId: 'policy',
      value,
    });
  }

  /** Flex Consumption's plan, and a container for packages. */
  plan(name = 'plan', more: Values = {}): string {
    if (this.world.cloud.objects(named('storage:StorageAccount')).length === 0) {
      this.storage();
      this.make('storage:BlobContainer', 'packages', {
        resourceGroupName,
        accountName: 'packages',
        containerName: 'packages',
      });
    }
    const sku = { name: 'FC1', tier: 'FlexConsumption' };
    return this.make('web:AppServicePlan', name, { ...group, name, sku, reserved: true, ...more }).id;
  }

  app(name: string, serverFarmId: string, more: Values = {}) {
    return this.make('web:WebApp', name, {
      ...group,
      name,
      serverFarmId,
      kind: 'functionapp,linux',
      identity: { type: 'SystemAssigned' },
      functionAppConfig: flexConfig(),
      ...more,
    });
  }
}

export const roleOf = (id: string) =>
  `/subscriptions/${subscription}/providers/Microsoft.Authorization/roleDefinitions/${id}`;

export const flexConfig = (scale: Values = {}) => ({
  deployment: {
    storage: { type: 'blobContainer', value: 'https://packages.blob.core.windows.net/packages' },
  },
  runtime: { name: 'node', version: '22' },
  scaleAndConcurrency: { instanceMemoryMB: 512, maximumInstanceCount: 40, ...scale },
});
