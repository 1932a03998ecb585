/**
 * Data and messages of the platform on Azure under Pulumi's mocks, held against the services' own adapters and against
 * what Azure is known to refuse. It proves nothing of Azure itself.
 */
import assert from 'node:assert/strict';
import { describeShop } from '../../../components/shop.ts';
import { tierOf } from '../../../providers/azure/database.ts';
import { containerShape } from '../../../runtime/adapters/azure/container.ts';
import { subscriptionShape } from '../../../runtime/adapters/azure/subscriptions.ts';
import { ofType, the } from '../../support/infrastructure.ts';
import { azurePlatforms, type Platforms } from '../../support/platforms.ts';

describe('data on Azure', () => {
  let platforms: Platforms;
  before(async function () {
    this.timeout(120_000);
    platforms = await azurePlatforms();
  });

  it('has containers as the adapter says, and one for the readers of changes', () => {
    const containers = ofType(platforms.learn, 'azure-native:cosmosdb:SqlResourceSqlContainer');
    const tables = describeShop().functions.flatMap((one) => one.tables);
    assert.deepEqual([...containers.keys()].sort(), [...tables.map(({ name }) => name), 'leases'].sort());
    for (const table of tables) {
      const { resource, options } = containers.get(table.name);
      const { partitionKey, ...shape } = containerShape(table);
      assert.deepEqual(resource, { ...shape, partitionKey: { ...partitionKey, kind: 'Hash', version: 2 } });
      // An account that is paid by the request refuses it.
      assert.equal(options, undefined);
    }
    assert.deepEqual(containers.get('leases').resource.partitionKey.paths, ['/id']);
  });

  it('reads what was committed before, and is paid by the request', () => {
    const account = the(platforms.learn, 'azure-native:cosmosdb:DatabaseAccount', 'documents');
    assert.equal(account.consistencyPolicy.defaultConsistencyLevel, 'Strong');
    assert.deepEqual(account.capabilities, [{ name: 'EnableServerless' }]);
    assert.equal(account.locations.length, 1);
  });

  it('has a subscription for each consumer, whose own rule is the only one', () => {
    const consumers = describeShop().functions.flatMap((one) => one.consumers);
    const subscriptions = ofType(platforms.learn, 'azure-native:servicebus:Subscription');
    assert.deepEqual([...subscriptions.keys()].sort(), consumers.map(({ name }) => name).sort());
    for (const consumer of consumers) {
      const { lockDuration, maxDeliveryCount, deadLetteringOnMessageExpiration, filter } =
        subscriptionShape(consumer);
      const made = subscriptions.get(consumer.name);
      assert.deepEqual(
        [made.subscriptionName, made.lockDuration, made.maxDeliveryCount, made.topicName],
        [consumer.name, lockDuration, maxDeliveryCount, 'events'],
      );
      assert.equal(made.deadLetteringOnMessageExpiration, deadLetteringOnMessageExpiration);
      const rule = the(platforms.learn, 'azure-native:servicebus:DefaultRule', consumer.name);
      assert.deepEqual([rule.filterType, rule.sqlFilter.sqlExpression], ['SqlFilter', filter]);
    }
    assert.equal(ofType(platforms.learn, 'azure-native:servicebus:Rule').size, 0);
    assert.equal(the(platforms.learn, 'azure-native:servicebus:Namespace', 'messaging').sku.name, 'Standard');
  });

  it('keeps the SQL database and the cache in the network, and each behind one open port', () => {
    for (const resources of [platforms.learn, platforms.production]) {
      const server = the(resources, 'azure-native:dbforpostgresql:Server', 'database');
      assert.equal(server.network.publicNetworkAccess, 'Disabled');
      assert.match(server.network.delegatedSubnetResourceId, /Subnet\/database$/);
      const cache = the(resources, 'azure-native:redisenterprise:RedisEnterprise', 'cache');
      assert.equal(cache.publicNetworkAccess, 'Disabled');
      const open = (name: string) =>
        the(resources, 'azure-native:network:NetworkSecurityGroup', name)
          .securityRules.filter(
            ({ access, name: rule }: { access: string; name: string }) =>
              access === 'Allow' && rule !== 'neighbours',
          )
          .map((rule: Record<string, unknown>) => [rule.sourceAddressPrefix, rule.destinationPortRange]);
      assert.deepEqual(open('database'), [['10.0.0.0/20', '5432']]);
      assert.deepEqual(open('endpoints'), [['10.0.0.0/20', '10000']]);
      assert.deepEqual(open('gateway'), []);
    }
  });

  it('is the cheapest that works, or is there twice and kept', () => {
    const facts = (resources: Platforms['learn']) => {
      const { sku, highAvailability, backup, version } = the(
        resources,
        'azure-native:dbforpostgresql:Server',
        'database',
      );
      const cache = the(resources, 'azure-native:redisenterprise:RedisEnterprise', 'cache');
      const { properties } = the(resources, 'azure-native:keyvault:Vault', 'secrets');
      return [
        [sku.name, sku.tier, highAvailability.mode, backup.backupRetentionDays, version],
        [cache.sku.name, cache.highAvailability],
        [properties.enablePurgeProtection, properties.softDeleteRetentionInDays],
      ];
    };
    assert.deepEqual(facts(platforms.learn), [
      ['Standard_B1ms', 'Burstable', 'Disabled', 7, '18'],
      ['Balanced_B0', 'Disabled'],
      [undefined, 7],
    ]);
    assert.deepEqual(facts(platforms.production), [
      ['Standard_D2ds_v5', 'GeneralPurpose', 'ZoneRedundant', 14, '18'],
      ['Balanced_B1', 'Enabled'],
      [true, 30],
    ]);
    assert.equal(tierOf('Standard_E4ds_v5'), 'MemoryOptimized');
  });

  it('speaks to a plain client of the cache: by TLS, on one address, with the key in a secret', () => {
    const database = the(platforms.learn, 'azure-native:redisenterprise:Database', 'cache');
    assert.deepEqual(
      [database.clusteringPolicy, database.clientProtocol, database.port],
      ['NoCluster', 'Encrypted', 10_000],
    );
    const { properties } = the(platforms.learn, 'azure-native:keyvault:Secret', 'cache-url');
    assert.equal(properties.value, 'rediss://:key%2Bof%2Fcache%3D@cache.test:10000');
  });
});
