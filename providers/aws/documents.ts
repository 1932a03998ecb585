import * as aws from '@pulumi/aws';
import type * as pulumi from '@pulumi/pulumi';
import { tableName, tableShape } from '../../runtime/adapters/aws/table.ts';
import type { TableDefinition } from '../../runtime/function-service.ts';
import { type AwsContext, Part } from './part.ts';

export interface DocumentTable {
  readonly arn: pulumi.Output<string>;
  readonly streamArn: pulumi.Output<string>;
  readonly indexNames: readonly string[];
  readonly tableName: string;
}

/** Document tables in DynamoDB, as the adapter of the services says that they look. */
export class Documents extends Part {
  private readonly tables = new Map<string, DocumentTable>();

  constructor(context: AwsContext) {
    super('Documents', 'documents', context);
    this.registerOutputs();
  }

  create(definition: TableDefinition): void {
    const { config, naming } = this.context;
    const shape = tableShape(definition);
    const name = tableName(naming.prefix, definition);
    const keys = [shape, ...shape.secondaryIndexes].flatMap(({ hashKey, rangeKey }) => [hashKey, rangeKey]);
    const table = new aws.dynamodb.Table(
      definition.name,
      {
        name,
        billingMode: 'PAY_PER_REQUEST',
        hashKey: shape.hashKey,
        rangeKey: shape.rangeKey,
        attributes: [...new Set(keys)].map((key) => ({ name: key, type: 'S' })),
        globalSecondaryIndexes: shape.secondaryIndexes.map((index) => ({
          name: index.name,
          keySchemas: [
            { attributeName: index.hashKey, keyType: 'HASH' },
            { attributeName: index.rangeKey, keyType: 'RANGE' },
          ],
          projectionType: 'ALL',
        })),
        streamEnabled: true,
        streamViewType: shape.streamView,
        ttl: { attributeName: shape.timeToLiveAttribute, enabled: true },
        pointInTimeRecovery: { enabled: true },
        // With a key of AWS's own, which costs nothing; an account's own key would cost every request.
        serverSideEncryption: { enabled: false },
        deletionProtectionEnabled: config.deletionProtection,
        tags: this.tags,
      },
      this.keeper,
    );
    this.tables.set(definition.name, {
      arn: table.arn,
      streamArn: table.streamArn,
      indexNames: shape.secondaryIndexes.map(({ name }) => name),
      tableName: name,
    });
  }

  get(name: string): DocumentTable {
    const table = this.tables.get(name);
    if (!table) throw new Error(`table ${name} was not made: ${[...this.tables.keys()].join(', ')} were`);
    return table;
  }
}
