import { DatabaseAccount } from '@pulumi/azure-native/cosmosdb/databaseAccount.js';
import { SqlResourceSqlContainer } from '@pulumi/azure-native/cosmosdb/sqlResourceSqlContainer.js';
import { SqlResourceSqlDatabase } from '@pulumi/azure-native/cosmosdb/sqlResourceSqlDatabase.js';
import type * as pulumi from '@pulumi/pulumi';
import { accountShape, containerShape, leasesShape } from '../../runtime/adapters/azure/container.ts';
import type { TableDefinition } from '../../runtime/function-service.ts';
import { type AzureContext, Part } from './part.ts';

export interface DocumentContainer {
  readonly accountName: pulumi.Output<string>;
  readonly accountId: pulumi.Output<string>;
  readonly databaseName: string;
  readonly containerName: string;
  /** What must be there before it is read. */
  readonly ready: readonly pulumi.Resource[];
}

const databaseName = 'shop';

/** Document containers in Cosmos DB, as the adapter of the services says that they look. */
export class Documents extends Part {
  readonly endpoint: pulumi.Output<string>;
  readonly accountId: pulumi.Output<string>;
  readonly databaseName = databaseName;
  readonly leases: DocumentContainer;
  private readonly account: DatabaseAccount;
  private readonly database: SqlResourceSqlDatabase;
  private readonly containers = new Map<string, DocumentContainer>();

  constructor(context: AzureContext) {
    super('Documents', 'documents', context);
    const { config } = context;
    this.account = new DatabaseAccount(
      'documents',
      {
        ...this.place,
        kind: 'GlobalDocumentDB',
        databaseAccountOfferType: 'Standard',
        // Paid by the request. It takes no throughput of its own, and stands in one region.
        capabilities: [{ name: 'EnableServerless' }],
        consistencyPolicy: accountShape,
        locations: [
          {
            locationName: config.region,
            failoverPriority: 0,
            isZoneRedundant: config.profile === 'production',
          },
        ],
        backupPolicy: {
          type: 'Continuous',
          // Back to any point of a week costs nothing.
          continuousModeProperties: {
            tier: config.profile === 'production' ? 'Continuous30Days' : 'Continuous7Days',
          },
        },
        disableLocalAuth: true,
        disableKeyBasedMetadataWriteAccess: true,
        enableAutomaticFailover: false,
        minimalTlsVersion: 'Tls12',
        publicNetworkAccess: 'Enabled',
        tags: this.tags,
      },
      { ...this.keeper, customTimeouts: { create: '45m', delete: '45m' } },
    );
    this.endpoint = this.account.documentEndpoint;
    this.accountId = this.account.id;
    this.database = new SqlResourceSqlDatabase(
      'documents',
      {
        resourceGroupName: this.place.resourceGroupName,
        accountName: this.account.name,
        databaseName,
        resource: { id: databaseName },
        tags: this.tags,
      },
      this.keeper,
    );
    this.leases = this.createContainer(leasesShape);
    this.registerOutputs({ endpoint: this.endpoint });
  }

  create(definition: TableDefinition): void {
    this.containers.set(definition.name, this.createContainer(containerShape(definition)));
  }

  get(name: string): DocumentContainer {
    const container = this.containers.get(name);
    if (!container)
      throw new Error(`table ${name} was not made: ${[...this.containers.keys()].join(', ')} were`);
    return container;
  }

  private createContainer(shape: ReturnType<typeof containerShape> | typeof leasesShape): DocumentContainer {
    const { id, partitionKey } = shape;
    const container = new SqlResourceSqlContainer(
      id,
      {
        resourceGroupName: this.place.resourceGroupName,
        accountName: this.account.name,
        databaseName: this.database.name,
        containerName: id,
        resource: {
          id,
          partitionKey: { paths: [...partitionKey.paths], kind: 'Hash', version: 2 },
          ...('indexingPolicy' in shape && {
            defaultTtl: shape.defaultTtl,
            indexingPolicy: {
              ...shape.indexingPolicy,
              excludedPaths: [...shape.indexingPolicy.excludedPaths],
            },
          }),
        },
        tags: this.tags,
      },
      this.keeper,
    );
    return {
      accountName: this.account.name,
      accountId: this.account.id,
      databaseName,
      containerName: id,
      ready: [container],
    };
  }
}
