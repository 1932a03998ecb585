/**
 * The platform on Azure under Pulumi's mocks: what all of it has in common, held against what Azure is known to refuse.
 * It proves nothing of parents, order, unknown values and secrets, which mocks are silent about, and nothing of Azure
 * itself.
 */
import assert from 'node:assert/strict';
import { ofType, the } from '../../support/infrastructure.ts';
import { azurePlatforms, type Platforms } from '../../support/platforms.ts';

describe('the platform on Azure', () => {
  let platforms: Platforms;
  before(async function () {
    this.timeout(120_000);
    platforms = await azurePlatforms();
  });
  const all = () => [...platforms.learn, ...platforms.production, ...platforms.varied];

  it('tags everything that takes tags', () => {
    // All others take none.
    const types = new Set(
      all()
        .filter(({ type, inputs }) => type.startsWith('azure-native:') && !inputs.tags)
        .map(({ type }) => type.split(':').at(-1)),
    );
    assert.deepEqual([...types].sort(), [
      'AFDOrigin',
      'AFDOriginGroup',
      'Api',
      'ApiDiagnostic',
      'ApiOperation',
      'ApiPolicy',
      'Backend',
      'Blob',
      'BlobContainer',
      'Budget',
      'Configuration',
      'DataCollectionRuleAssociation',
      'Database',
      'DefaultRule',
      'FederatedIdentityCredential',
      'Logger',
      'NamedValue',
      'PrivateDnsZoneGroup',
      'RoleAssignment',
      'Route',
      'SecurityPolicy',
      'SqlResourceSqlRoleAssignment',
      'StorageAccountStaticWebsite',
      'Subnet',
      'Subscription',
      'Topic',
    ]);
  });

  it('is all in one resource group and one region, but for what is everywhere', () => {
    for (const { name, inputs } of all()) {
      if (inputs.resourceGroupName !== undefined && name !== 'shop')
        assert.ok(['shop', 'ecommerce-test-shop'].includes(inputs.resourceGroupName), name);
      if (inputs.location !== undefined) assert.match(inputs.location, /^(northeurope|global)$/i, name);
    }
    const groups = ofType(platforms.learn, 'azure-native:resources:ResourceGroup');
    assert.deepEqual(
      [...groups.values()].map((one) => one.resourceGroupName),
      ['ecommerce-test-shop'],
    );
  });

  it('takes names of the whole world from Pulumi, which ends them at random: short, letters and digits', () => {
    const most: Readonly<Record<string, number>> = {
      'keyvault:Vault': 24,
      'storage:StorageAccount': 24,
      'containerregistry:Registry': 50,
      'cosmosdb:DatabaseAccount': 44,
      'servicebus:Namespace': 50,
      'dbforpostgresql:Server': 63,
      'redisenterprise:RedisEnterprise': 60,
      'apimanagement:ApiManagementService': 50,
    };
    const random = 8;
    for (const [type, longest] of Object.entries(most)) {
      const found = ofType(platforms.production, `azure-native:${type}`);
      assert.ok(found.size > 0, type);
      for (const [name, inputs] of found) {
        assert.match(name, /^[a-z][a-z0-9]*$/, type);
        assert.ok(name.length + random <= longest, `${type} ${name}`);
        const given = ['vaultName', 'accountName', 'registryName', 'namespaceName', 'serverName'].concat(
          'clusterName',
          'serviceName',
        );
        assert.deepEqual(
          given.filter((property) => property in inputs),
          [],
          type,
        );
      }
    }
  });

  it('refuses keys where an identity does: data, messages and telemetry of the cluster', () => {
    const off = (type: string, property: string) => {
      for (const [name, inputs] of ofType(all(), `azure-native:${type}`))
        assert.equal(inputs[property], true, `${type} ${name}`);
    };
    off('cosmosdb:DatabaseAccount', 'disableLocalAuth');
    off('servicebus:Namespace', 'disableLocalAuth');
    const { properties } = the(platforms.learn, 'azure-native:keyvault:Vault', 'secrets');
    assert.equal(properties.enableRbacAuthorization, true);
    for (const one of platforms.production.filter(({ type }) => /:ManagedCluster$/.test(type)))
      assert.equal(one.inputs.disableLocalAccounts, true);
  });
});
