import { getClientConfigOutput } from '@pulumi/azure-native/authorization/getClientConfig.js';
import { Provider } from '@pulumi/azure-native/provider.js';
import { ResourceGroup } from '@pulumi/azure-native/resources/resourceGroup.js';
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
import type { AzureContext } from './part.ts';
import type { Named } from './permissions.ts';
import { Registry } from './registry.ts';
import { Secrets } from './secrets.ts';
import { Site } from './site.ts';

/** The platform on Azure: the parts, and how each finds the others. */
class Azure implements Cloud {
  private readonly context: AzureContext;
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
  private registry: Registry | undefined;
  private cluster: Cluster | undefined;

  constructor({ config, naming, tags, parent }: CloudContext) {
    const provider = new Provider('azure', { location: config.region }, { parent });
    const options = { parent, providers: [provider] };
    const caller = getClientConfigOutput({ parent, provider });
    const group = new ResourceGroup(
      'shop',
      { resourceGroupName: naming.name('shop', 90), location: config.region, tags: tags('shop') },
      { parent, provider, protect: config.deletionProtection },
    );
    this.context = {
      config,
      naming,
      tags,
      options,
      resourceGroupName: group.name,
      resourceGroupId: group.id,
      subscriptionId: caller.subscriptionId,
      tenantId: caller.tenantId,
      deployerId: caller.objectId,
    };
    this.monitoring = new Monitoring(this.context);
    this.network = new Network(this.context);
    this.secrets = new Secrets(this.context);
    this.documents = new Documents(this.context);
    this.messaging = new Messaging(this.context);
    const sends = config.mailer !== 'inbox' || config.smsSender !== 'inbox';
    const mail = sends ? mailIdentity(this.context) : undefined;
    this.named = {
      container: (name) => this.documents.get(name),
      subscription: (consumer) => this.messaging.get(consumer),
      secretId: (name) => this.secrets.idOf(name),
      leases: this.documents.leases,
      topicId: this.messaging.topicId,
      insightsId: this.monitoring.insightsId,
      ...(mail && { communicationId: mail.communicationId }),
    };
    this.functions = new Functions(this.context, {
      documents: this.documents,
      messaging: this.messaging,
      monitoring: this.monitoring,
      secrets: this.secrets,
      named: this.named,
      ...(mail && { mail }),
    });
    this.gateway = new Gateway(this.context, this.network, this.monitoring);
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
    this.database = new Database(this.context, this.network, adminPassword);
    return this.database;
  }

  createCache() {
    this.cache = new Cache(this.context, this.network);
    return this.cache;
  }

  createRegistry(repositories: readonly string[]) {
    this.registry = new Registry(this.context, repositories);
    return this.registry;
  }

  createCluster() {
    const registry = made(this.registry, 'registry');
    this.cluster = new Cluster(this.context, this.network, this.monitoring, registry);
    return this.cluster;
  }

  createPodIdentity(args: PodIdentityArgs) {
    return made(this.cluster, 'cluster').createPodIdentity(args, this.named);
  }

  get containerEnvironment(): Environment {
    return {
      SERVICE_BUS__fullyQualifiedNamespace: this.messaging.address,
      SERVICE_BUS_TOPIC: this.messaging.topicName,
      KEY_VAULT_URL: this.secrets.vaultUrl,
    };
  }

  get collector(): CollectorExport {
    return {
      exporters: { azuremonitor: {} },
      traces: ['azuremonitor'],
      metrics: ['azuremonitor'],
      environment: { APPLICATIONINSIGHTS_CONNECTION_STRING: this.monitoring.connectionString },
    };
  }

  get gatewayUrl() {
    return this.gateway.url;
  }

  createGateway(args: GatewayArgs) {
    const entrance = new Entrance(this.context, made(this.cluster, 'cluster'));
    this.gateway.open(args, this.functions, entrance);
    return this.gateway;
  }

  createMonitoring({ functions }: MonitoringArgs) {
    const dashboardUrl = this.monitoring.watch({
      functions: functions.map((name) => ({ name, appName: this.functions.get(name).appName })),
      workspaceId: this.monitoring.workspaceId,
      insightsId: this.monitoring.insightsId,
      namespaceId: this.messaging.namespaceId,
      topicName: this.messaging.topicName,
      documentsId: this.documents.accountId,
      gatewayId: this.gateway.serviceId,
      databaseId: made(this.database, 'database').serverId,
      cacheId: made(this.cache, 'cache').cacheId,
    });
    return { dashboardUrl };
  }
}

function made<PartOf>(part: PartOf | undefined, what: string): PartOf {
  if (!part) throw new Error(`the ${what} is asked for before it was made`);
  return part;
}

export const provider = {
  cloud: 'azure',
  open: (context) => new Azure(context),
} as const satisfies CloudProvider;
