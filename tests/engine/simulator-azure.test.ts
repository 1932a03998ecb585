/**
 * What the simulated Azure makes and refuses: ids, names, what refers to what, identities and their roles, networks and
 * stores. It does not prove that Azure has these rules (docs/cloud-facts.md and the tables name the sources), nor the
 * engine's part. Functions, gateways, buses and clusters: simulator-azure-services.test.ts.
 */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { busyMs } from '../../stand-ins/pulumi/simulator/cloud.ts';
import { subscription } from '../../stand-ins/pulumi/simulator/packages/azure/addresses.ts';
import { at, unknown } from '../../stand-ins/pulumi/simulator/values.ts';
import { Azure, group, resourceGroupName } from './support/azure-surroundings.ts';
import { itRefuses } from './support/refusals.ts';
import { World } from './support/world.ts';

let world: World;
let azure: Azure;
beforeEach(() => {
  world = new World('.');
  azure = new Azure(world);
});

const vault = (vaultName: string, properties = {}) =>
  azure.make('keyvault:Vault', vaultName, {
    ...group,
    vaultName,
    properties: { tenantId: 'x', sku: { family: 'A', name: 'standard' }, ...properties },
  });
const secret = (secretName: string) =>
  azure.make('keyvault:Secret', secretName, {
    resourceGroupName,
    vaultName: 'vault',
    secretName,
    properties: { value: 'x' },
  });
const server = (more = {}) =>
  azure.make('dbforpostgresql:Server', 'database', { ...group, serverName: 'database', ...more });
const setting = (configurationName: string) =>
  azure.make('dbforpostgresql:Configuration', configurationName, {
    resourceGroupName,
    serverName: 'database',
    configurationName,
  });
const federated = (name: string, more = {}) =>
  azure.make('managedidentity:FederatedIdentityCredential', name, {
    resourceGroupName,
    resourceName: 'identity',
    federatedIdentityCredentialResourceName: name,
    audiences: ['api://AzureADTokenExchange'],
    issuer: at(
      world.cloud.only('azure-native:containerservice:ManagedCluster').outputs,
      'oidcIssuerProfile.issuerURL',
    ),
    subject: `system:serviceaccount:shop:${name}`,
    ...more,
  });
const database = (more = {}) =>
  azure.make('redisenterprise:Database', 'cache', {
    resourceGroupName,
    clusterName: 'cache',
    databaseName: 'default',
    clusteringPolicy: 'NoCluster',
    ...more,
  });
const cache = () =>
  azure.make('redisenterprise:RedisEnterprise', 'cache', {
    ...group,
    clusterName: 'cache',
    sku: { name: 'Balanced_B0' },
    publicNetworkAccess: 'Disabled',
  });
const container = (more = {}) =>
  azure.make('cosmosdb:SqlResourceSqlContainer', 'orders', {
    resourceGroupName,
    accountName: 'documents',
    databaseName: 'shop',
    containerName: 'orders',
    resource: { id: 'orders', partitionKey: { paths: ['/id'] } },
    ...more,
  });
const documentRole = (name: string, more = {}) => {
  const { id } = world.cloud.only('azure-native:cosmosdb:DatabaseAccount');
  return azure.make('cosmosdb:SqlResourceSqlRoleAssignment', name, {
    resourceGroupName,
    accountName: 'documents',
    principalId: world.cloud.only('azure-native:managedidentity:UserAssignedIdentity').outputs.principalId,
    roleDefinitionId: `${id}/sqlRoleDefinitions/00000000-0000-0000-0000-000000000002`,
    scope: id,
    ...more,
  });
};

describe('the simulated Azure', () => {
  it('gives ids as Resource Manager does', () => {
    azure.documents();
    assert.equal(
      container().id,
      `/subscriptions/${subscription}/resourceGroups/shop/providers/Microsoft.DocumentDB/databaseAccounts/documents/sqlDatabases/shop/containers/orders`,
    );
    const { outputs } = world.cloud.only('azure-native:cosmosdb:SqlResourceSqlContainer');
    assert.equal(outputs.name, 'orders');
    assert.equal(outputs.type, 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers');
  });

  it('names as the provider does: eight digits at the top, none below, a GUID for a role', () => {
    const { outputs } = azure.make('servicebus:Namespace', 'orders', { ...group });
    assert.match(String(outputs.namespaceName), /^orders[0-9a-f]{8}$/);
    const topic = azure.make('servicebus:Topic', 'events', {
      resourceGroupName,
      namespaceName: outputs.namespaceName,
    });
    assert.equal(topic.outputs.topicName, 'events');
    const { id } = azure.assign('role', { principalId: azure.identity() });
    assert.match(id, /roleAssignments\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });

  it('replaces what is moved or renamed, the old one first where the name is the program’s', () => {
    const type = 'azure-native:servicebus:Namespace';
    const diff = (olds: object, news: object) =>
      world
        .provider(type)
        .diff({ type, name: 'bus' }, {}, {}, { ...group, ...olds }, { ...group, ...news }, []);
    assert.deepEqual(diff({ namespaceName: 'one' }, { namespaceName: 'two' }), {
      changed: ['namespaceName'],
      replaces: ['namespaceName'],
      deleteBeforeReplace: true,
    });
    assert.deepEqual(
      diff({ location: 'a', namespaceName: 'bus12345678' }, { namespaceName: 'bus12345678' }),
      {
        changed: ['location'],
        replaces: ['location'],
        deleteBeforeReplace: false,
      },
    );
    assert.deepEqual(diff({ minimumTlsVersion: '1.1' }, { minimumTlsVersion: '1.2' }).replaces, []);
  });

  it('does not know at preview what keys a map will have', () => {
    const type = 'azure-native:containerservice:ManagedCluster';
    const planned = world.provider(type).preview({ type, name: 'cluster' }, {}, { ...group });
    assert.equal(planned.identityProfile, unknown);
    assert.equal(at(planned, 'oidcIssuerProfile.issuerURL'), unknown);
  });

  it('ends with a resource group all that is in it, and keeps the names of its vaults', () => {
    vault('vault');
    secret('one');
    azure.delete('resources:ResourceGroup', 'group');
    assert.deepEqual(world.cloud.objects(), []);
    new Azure(world);
    assert.throws(() => vault('vault'), /a deleted vault still has the name vault/);
  });

  it('takes a server’s children, and an identity’s credentials, one after the other', async () => {
    server();
    setting('one');
    await sleep(busyMs + 5);
    setting('two');
    azure.cluster();
    azure.identity();
    federated('one');
    await sleep(busyMs + 5);
    federated('two');
  });

  itRefuses({
    'there is no ResourceGroup': () =>
      azure.make('servicebus:Namespace', 'bus', { resourceGroupName: 'gone', location: 'x' }),
    'there is no Namespace': () => azure.topic(),
    'which does not exist': () =>
      azure.app(
        'app',
        `/subscriptions/${subscription}/resourceGroups/shop/providers/Microsoft.Web/serverFarms/x`,
      ),
    'of another subscription': () =>
      azure.app('app', '/subscriptions/other/resourceGroups/shop/providers/Microsoft.Web/serverFarms/x'),
    'no address of the type': () =>
      azure.make('compute:Disk', 'disk', { ...group, creationData: { createOption: 'Empty' } }),
    "accountName 'no-dashes'": () => azure.storage('no-dashes'),
    'is there already': () => {
      azure.make('resources:ResourceGroup', 'other', { resourceGroupName: 'other', location: 'x' });
      azure.storage('packages');
      azure.make('storage:StorageAccount', 'second', {
        resourceGroupName: 'other',
        accountName: 'packages',
        kind: 'StorageV2',
        sku: { name: 'Standard_LRS' },
      });
    },
    'is used by PrivateEndpoint': () => {
      const { id } = vault('vault');
      const subnet = { id: azure.subnet() };
      azure.make('network:PrivateEndpoint', 'endpoint', {
        ...group,
        subnet,
        privateLinkServiceConnections: [{ name: 'x', privateLinkServiceId: id, groupIds: ['vault'] }],
      });
      azure.delete('network:Subnet', 'nodes');
    },
    'is used by WebApp': () => {
      azure.app('app', azure.plan());
      azure.delete('web:AppServicePlan', 'plan');
    },

    'there is no principal': () => azure.assign('role', { principalId: '1' }),
    'say its principalType': () =>
      azure.assign('role', { principalId: azure.identity(), principalType: undefined }),
    'gives the same role on the same thing': () => {
      const principalId = azure.identity();
      azure.assign('one', { principalId });
      azure.assign('two', { principalId });
    },
    'is no role': () => azure.assign('role', { principalId: azure.identity(), roleDefinitionId: 'AcrPull' }),
    roleAssignmentName: () =>
      azure.assign('role', { principalId: azure.identity(), roleAssignmentName: 'mine' }),
    'another operation on the identity': () => {
      azure.cluster();
      azure.identity();
      federated('one');
      federated('two');
    },
    'is the issuer of no cluster': () => {
      azure.cluster();
      azure.identity();
      federated('one', { issuer: 'https://issuer.example' });
    },
    'is no service account': () => {
      azure.cluster();
      azure.identity();
      federated('one', { subject: 'shop/one' });
    },
    "is no role of this account's data": () => {
      azure.documents();
      azure.identity();
      documentRole('role', { roleDefinitionId: '00000000-0000-0000-0000-000000000002' });
    },
    "is nothing of this account's": () => {
      const { id } = azure.documents();
      azure.identity();
      documentRole('role', { scope: `${id}/dbs/shop/colls/gone` });
    },

    'a deleted vault still has the name': () => {
      vault('vault');
      azure.delete('keyvault:Vault', 'vault');
      vault('vault');
    },
    'enablePurgeProtection cannot be set to false': () => vault('vault', { enablePurgeProtection: false }),
    'secret one is deleted': () => {
      vault('vault');
      secret('one');
      azure.delete('keyvault:Secret', 'one');
      secret('one');
    },

    'is not within the network': () => azure.subnet('nodes', { addressPrefix: '10.1.0.0/24' }),
    'overlaps subnet nodes': () => {
      azure.subnet();
      azure.subnet('other', { addressPrefix: '10.0.0.128/25' });
    },
    PrivateEndpointCannotBeCreatedInDelegatedSubnet: () => {
      const { id } = vault('vault');
      const delegations = [{ name: 'x', serviceName: 'Microsoft.App/environments' }];
      azure.make('network:PrivateEndpoint', 'endpoint', {
        ...group,
        subnet: { id: azure.subnet('apps', { delegations }) },
        privateLinkServiceConnections: [{ name: 'x', privateLinkServiceId: id, groupIds: ['vault'] }],
      });
    },
    'has private endpoints in tier Premium only': () => {
      const { id } = azure.namespace();
      azure.make('network:PrivateEndpoint', 'endpoint', {
        ...group,
        subnet: { id: azure.subnet() },
        privateLinkServiceConnections: [{ name: 'x', privateLinkServiceId: id, groupIds: ['namespace'] }],
      });
    },
    'a Standard address is Static': () =>
      azure.make('network:PublicIPAddress', 'address', { ...group, sku: { name: 'Standard' } }),

    'not delegated to Microsoft.DBforPostgreSQL': () =>
      server({ network: { delegatedSubnetResourceId: azure.subnet() } }),
    'is linked to no network': () => {
      const { id } = azure.make('privatedns:PrivateZone', 'zone', {
        resourceGroupName,
        privateZoneName: 'x.private.postgres.database.azure.com',
      });
      const delegations = [{ name: 'x', serviceName: 'Microsoft.DBforPostgreSQL/flexibleServers' }];
      const delegatedSubnetResourceId = azure.subnet('database', { delegations });
      server({ network: { delegatedSubnetResourceId, privateDnsZoneArmResourceId: id } });
    },
    'Burstable has no high availability': () =>
      server({
        sku: { name: 'Standard_B1ms', tier: 'Burstable' },
        highAvailability: { mode: 'ZoneRedundant' },
      }),
    'from 7 to 35 days': () => server({ backup: { backupRetentionDays: 1 } }),
    ServerBusy: () => {
      server();
      setting('one');
      setting('two');
    },
    'throughput cannot be set on a serverless account': () => {
      azure.documents('EnableServerless');
      container({ options: { throughput: 400 } });
    },
    'needs a partition key': () => {
      azure.documents();
      container({ resource: { id: 'orders' } });
    },
    'takes no key: set allowSharedKeyAccess': () => {
      azure.storage('site', { allowSharedKeyAccess: false });
      azure.make('storage:StorageAccountStaticWebsite', 'site', { resourceGroupName, accountName: 'site' });
      azure.blob('index.html');
    },
    'a plain client is sent from node to node': () => {
      cache();
      database({ clusteringPolicy: undefined });
    },
    'named default': () => {
      cache();
      database({ databaseName: 'mine' });
    },
    'set accessKeysAuthentication': () => {
      cache();
      database();
      world
        .provider('azure-native:redisenterprise:Database')
        .invoke('azure-native:redisenterprise:listDatabaseKeys', {}, { ...group, clusterName: 'cache' });
    },
    'first day of a month': () =>
      azure.make('consumption:Budget', 'budget', {
        scope: world.cloud.only('azure-native:resources:ResourceGroup').id,
        amount: 1,
        category: 'Cost',
        timeGrain: 'Monthly',
        timePeriod: { startDate: '2026-11-24' },
      }),
    '12 characters at most': () =>
      azure.make('monitor:ActionGroup', 'alarms', {
        ...group,
        enabled: true,
        groupShortName: 'far-too-long-a-name',
      }),
  });
});
