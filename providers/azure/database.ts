import { Configuration } from '@pulumi/azure-native/dbforpostgresql/configuration.js';
import { Server } from '@pulumi/azure-native/dbforpostgresql/server.js';
import type * as pulumi from '@pulumi/pulumi';
import type { SqlServer } from '../../components/contract.ts';
import { type Network, subnetCidrs } from './network.ts';
import { type AzureContext, Part } from './part.ts';

const initialGib = 32;

/** PostgreSQL on Flexible Server, in a subnet of its own, by TLS only. */
export class Database extends Part implements SqlServer {
  readonly host: pulumi.Output<string>;
  readonly port = 5432;
  readonly adminUser = 'shop_admin';
  readonly adminDatabase = 'postgres';
  readonly cidrs = [subnetCidrs.database];
  readonly ready: readonly pulumi.Resource[];
  readonly serverId: pulumi.Output<string>;

  constructor(context: AzureContext, network: Network, adminPassword: pulumi.Input<string>) {
    super('Database', 'database', context);
    const { config, naming } = context;
    const production = config.profile === 'production';
    const names = network.createPrivateZone(
      'database',
      `${naming.name('database')}.private.postgres.database.azure.com`,
    );
    const server = new Server(
      'database',
      {
        ...this.place,
        version: String(config.databaseVersion),
        sku: { name: config.databaseSize, tier: tierOf(config.databaseSize) },
        storage: { storageSizeGB: initialGib, autoGrow: 'Enabled', type: 'Premium_LRS' },
        administratorLogin: this.adminUser,
        administratorLoginPassword: adminPassword,
        authConfig: { passwordAuth: 'Enabled', activeDirectoryAuth: 'Disabled' },
        network: {
          delegatedSubnetResourceId: network.subnetIds.database,
          privateDnsZoneArmResourceId: names.zone.id,
          publicNetworkAccess: 'Disabled',
        },
        highAvailability: { mode: production ? 'ZoneRedundant' : 'Disabled' },
        backup: { backupRetentionDays: config.backupDays, geoRedundantBackup: 'Disabled' },
        tags: this.tags,
      },
      {
        ...this.keeper,
        dependsOn: [names.link],
        // Which zone the primary is in just now is for the server, which may change places with its standby.
        ignoreChanges: [
          'availabilityZone',
          'highAvailability.standbyAvailabilityZone',
          'storage.storageSizeGB',
        ],
        customTimeouts: { create: '60m', update: '60m', delete: '60m' },
      },
    );
    const settings: Configuration[] = [];
    for (const [name, value] of Object.entries(serverSettings))
      settings.push(
        new Configuration(
          name.replaceAll('_', '-'),
          {
            resourceGroupName: this.place.resourceGroupName,
            serverName: server.name,
            configurationName: name,
            value,
            source: 'user-override',
          },
          // One after the other: the server takes one change at a time.
          { ...this.child, dependsOn: settings.slice(-1) },
        ),
      );
    this.host = server.fullyQualifiedDomainName;
    this.serverId = server.id;
    this.ready = [server, ...settings];
    this.registerOutputs({ host: this.host });
  }
}

const serverSettings = { require_secure_transport: 'on', ssl_min_protocol_version: 'TLSv1.2' };

/** The letter of a size says its tier (learn.microsoft.com, compute options of Flexible Server). */
export function tierOf(size: string): 'Burstable' | 'GeneralPurpose' | 'MemoryOptimized' {
  if (/^Standard_B/.test(size)) return 'Burstable';
  return /^Standard_E/.test(size) ? 'MemoryOptimized' : 'GeneralPurpose';
}
