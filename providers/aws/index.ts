import * as aws from '@pulumi/aws';
import type * as pulumi from '@pulumi/pulumi';
import type {
  Cloud,
  CloudContext,
  CloudProvider,
  CollectorExport,
  Environment,
  FunctionArgs,
  GatewayArgs,
  MonitoringArgs,
  PodIdentityArgs,
} from '../../components/contract.ts';
import type { ConsumerShape } from '../../components/shop.ts';
import { countNamespace } from '../../runtime/edges/aws/count.ts';
import type { TableDefinition } from '../../runtime/function-service.ts';
import { Cache } from './cache.ts';
import { Cluster } from './cluster.ts';
import { Database } from './database.ts';
import { Documents } from './documents.ts';
import { Entrance } from './entrance.ts';
import { Functions } from './functions.ts';
import { Gateway } from './gateway.ts';
import { mailIdentity } from './mail.ts';
import { Messaging } from './messaging.ts';
import { Monitoring } from './monitoring.ts';
import { Network } from './network.ts';
import type { AwsContext } from './part.ts';
import type { Named } from './permissions.ts';
import { Registry } from './registry.ts';
import { Secrets } from './secrets.ts';
import { Site } from './site.ts';

/** The platform on AWS: the parts, and how each finds the others. */
class Aws implements Cloud {
  private readonly context: AwsContext;
  private readonly network: Network;
  private readonly monitoring: Monitoring;
  private readonly secrets: Secrets;
  private readonly documents: Documents;
  private readonly messaging: Messaging;
  private readonly functions: Functions;
  private readonly gateway: Gateway;
  private readonly named: Named;
  private database: Database | undefined;
  private cache: Cache | undefined;
  private cluster: Cluster | undefined;

  constructor({ config, naming, tags, parent }: CloudContext) {
    const provider = new aws.Provider('aws', { region: config.region as aws.Region }, { parent });
    const options = { parent, providers: [provider] };
    const caller = aws.getCallerIdentityOutput({}, { parent, provider });
    this.context = {
      config,
      naming,
      tags,
      options,
      accountId: caller.accountId,
      partition: aws.getPartitionOutput({}, { parent, provider }).partition,
    };
    this.monitoring = new Monitoring(this.context);
    this.network = new Network(this.context);
    this.secrets = new Secrets(this.context);
    this.documents = new Documents(this.context);
    this.messaging = new Messaging(this.context);
    this.named = {
      table: (name) => this.documents.get(name),
      queue: (consumer) => this.messaging.get(consumer),
      secretArn: (name) => this.secrets.arnOf(name),
      topicArn: this.messaging.topicArn,
      failuresArn: this.messaging.failuresArn,
      metricsLogGroupArn: this.monitoring.metricsLogGroupArn,
      ...(config.mailer === 'ses' && { mailIdentityArn: mailIdentity(this.context) }),
    };
    this.functions = new Functions(this.context, {
      documents: this.documents,
      messaging: this.messaging,
      monitoring: this.monitoring,
      named: this.named,
    });
    this.gateway = new Gateway(this.context, this.monitoring);
  }

  createStaticSite(name: string) {
    return new Site(name, this.context);
  }

  createSecret(name: string, value: pulumi.Input<string>) {
    return this.secrets.create(name, value);
  }

  createTable(definition: TableDefinition) {
    this.documents.create(definition);
  }

  createConsumer(consumer: ConsumerShape) {
    this.messaging.createConsumer(consumer);
  }

  createFunction(args: FunctionArgs) {
    this.functions.create(args);
  }

  createDatabase(adminPassword: pulumi.Input<string>) {
    this.database = new Database(this.context, this.network, this.monitoring, adminPassword);
    return this.database;
  }

  createCache() {
    this.cache = new Cache(this.context, this.network);
    return this.cache;
  }

  createRegistry(repositories: readonly string[]) {
    return new Registry(this.context, repositories);
  }

  createCluster() {
    const cluster = new Cluster(this.context, this.network, this.monitoring);
    this.cluster = cluster;
    const allowed = [this.database, this.cache].flatMap((one) =>
      one ? [one.allow('cluster', cluster.securityGroupId)] : [],
    );
    return {
      kubeconfig: cluster.kubeconfig,
      kubeconfigCommand: cluster.kubeconfigCommand,
      ready: [...cluster.ready, ...allowed],
      ingress: cluster.ingress,
      proxyCidrs: cluster.proxyCidrs,
      identityEndpoints: cluster.identityEndpoints,
    };
  }

  createPodIdentity(args: PodIdentityArgs) {
    return made(this.cluster, 'cluster').createPodIdentity(args, this.named);
  }

  get containerEnvironment(): Environment {
    return { TOPIC_ARN: this.messaging.topicArn, AWS_REGION: this.context.config.region };
  }

  get collector(): CollectorExport {
    const { region } = this.context.config;
    return {
      exporters: {
        awsxray: { region },
        awsemf: {
          region,
          namespace: this.context.naming.name('shop'),
          log_group_name: this.monitoring.metricsLogGroupName,
          log_stream_name: 'containers',
          dimension_rollup_option: 'NoDimensionRollup',
        },
      },
      traces: ['awsxray'],
      metrics: ['awsemf'],
      environment: { AWS_REGION: region },
    };
  }

  get gatewayUrl() {
    return this.gateway.url;
  }

  createGateway(args: GatewayArgs) {
    const entrance = new Entrance(this.context, this.network, made(this.cluster, 'cluster'));
    this.gateway.open(args, this.functions, entrance);
    return this.gateway;
  }

  createMonitoring({ functions, consumers, tables }: MonitoringArgs) {
    const dashboardUrl = this.monitoring.watch({
      functions: functions.map((name) => ({ name, functionName: this.functions.get(name).functionName })),
      consumers: consumers.map((name) => ({ name, ...this.messaging.get(name) })),
      tables: tables.map((name) => this.documents.get(name).tableName),
      failuresQueueName: this.messaging.failuresName,
      countNamespace: countNamespace(this.context.naming.prefix),
      apiId: this.gateway.apiId,
      databaseId: made(this.database, 'database').identifier,
      cacheName: made(this.cache, 'cache').cacheName,
    });
    return { dashboardUrl };
  }
}

function made<PartOf>(part: PartOf | undefined, what: string): PartOf {
  if (!part) throw new Error(`the ${what} is asked for before it was made`);
  return part;
}

export const provider = {
  cloud: 'aws',
  open: (context) => new Aws(context),
} as const satisfies CloudProvider;
