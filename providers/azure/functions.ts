import { BlobContainer } from '@pulumi/azure-native/storage/blobContainer.js';
import { StorageAccount } from '@pulumi/azure-native/storage/storageAccount.js';
import { AppServicePlan } from '@pulumi/azure-native/web/appServicePlan.js';
import { WebApp } from '@pulumi/azure-native/web/webApp.js';
import * as pulumi from '@pulumi/pulumi';
import * as random from '@pulumi/random';
import type { Environment, FunctionArgs } from '../../components/contract.ts';
import type { Grant } from '../../components/grants.ts';
import { Deployments } from './deployments.ts';
import type { Documents } from './documents.ts';
import { appSettings } from './function-settings.ts';
import type { MailIdentity } from './mail.ts';
import type { Messaging } from './messaging.ts';
import type { Monitoring } from './monitoring.ts';
import { type AzureContext, Part } from './part.ts';
import { createIdentity, type Named } from './permissions.ts';
import type { Secrets } from './secrets.ts';
import { privateAccount } from './storage.ts';

/** The least that Flex Consumption takes as the most. */
const mostInstances = 40;

/** The secret that the gateway shows with every request. */
const gatewayKeyName = 'gateway-key';

export interface FunctionsArgs {
  readonly documents: Documents;
  readonly messaging: Messaging;
  readonly monitoring: Monitoring;
  readonly secrets: Secrets;
  readonly named: Named;
  /** There when the shop sends mail or SMS by Communication Services. */
  readonly mail?: MailIdentity;
}

export interface AppHandle {
  readonly appId: pulumi.Output<string>;
  readonly appName: pulumi.Output<string>;
  readonly hostName: pulumi.Output<string>;
  /** What must be there before it answers. */
  readonly ready: readonly pulumi.Resource[];
}

/** A function app for each function service, on a plan of its own; what calls it is named in its own code. */
export class Functions extends Part {
  /** What the gateway shows with every request, for an app has a public address of its own. */
  readonly gatewayKey: pulumi.Output<string>;
  private readonly keyReady: readonly pulumi.Resource[];
  private readonly parts: FunctionsArgs;
  private readonly storage: StorageAccount;
  private readonly deployments: Deployments;
  private readonly made = new Map<string, AppHandle>();

  constructor(context: AzureContext, parts: FunctionsArgs) {
    super('Functions', 'functions', context);
    this.parts = parts;
    // Of the hosts: their leases, and the packages that they run.
    this.storage = new StorageAccount(
      'functions',
      { ...this.place, ...privateAccount, allowSharedKeyAccess: false, tags: this.tags },
      this.child,
    );
    this.deployments = new Deployments(context);
    const key = new random.RandomPassword(gatewayKeyName, { length: 32, special: false }, this.child);
    this.gatewayKey = key.result;
    this.keyReady = parts.secrets.create(gatewayKeyName, key.result).ready;
    this.registerOutputs();
  }

  get(name: string): AppHandle {
    const handle = this.made.get(name);
    if (!handle) throw new Error(`function ${name} was not made: ${[...this.made.keys()].join(', ')} were`);
    return handle;
  }

  create(args: FunctionArgs): void {
    const { config } = this.context;
    const { documents, messaging, monitoring, secrets, named } = this.parts;
    const { resourceGroupName } = this.place;
    const grants: Grant[] = [
      ...args.grants,
      { intent: 'read', kind: 'secret', name: gatewayKeyName },
      // The host tells of itself, whether the functions do or not.
      { intent: 'write', kind: 'traces', name: 'all' },
    ];
    const onStorage = { scope: this.storage.id };
    const identity = createIdentity(
      `function-${args.name}`,
      'functions',
      {
        grants,
        more: [
          { name: 'own-blobs', role: 'ownBlobs', ...onStorage },
          { name: 'write-queues', role: 'writeQueues', ...onStorage },
          { name: 'write-tables', role: 'writeTables', ...onStorage },
        ],
      },
      named,
      this.context,
      this.child,
    );
    const container = new BlobContainer(
      args.name,
      {
        resourceGroupName,
        accountName: this.storage.name,
        containerName: `app-${args.name}`,
        publicAccess: 'None',
      },
      this.child,
    );
    const plan = new AppServicePlan(
      args.name,
      {
        ...this.place,
        kind: 'functionapp',
        reserved: true,
        sku: { name: 'FC1', tier: 'FlexConsumption' },
        tags: this.tags,
      },
      this.child,
    );
    const { clientId } = identity;
    const settings = appSettings({
      environment: this.environmentOf(args.environment),
      clientId,
      storageName: this.storage.name,
      insightsConnection: monitoring.connectionString,
      serviceBus: { address: messaging.address, topic: messaging.topicName },
      cosmos: { endpoint: documents.endpoint, database: documents.databaseName },
      vaultUrl: secrets.vaultUrl,
      gatewayKeyName,
      timeoutSeconds: args.timeoutSeconds,
      concurrency: config.consumerConcurrency,
    });
    const app = new WebApp(
      args.name,
      {
        ...this.place,
        kind: 'functionapp,linux',
        reserved: true,
        serverFarmId: plan.id,
        httpsOnly: true,
        publicNetworkAccess: 'Enabled',
        identity: { type: 'UserAssigned', userAssignedIdentities: [identity.id] },
        keyVaultReferenceIdentity: identity.id,
        functionAppConfig: {
          runtime: { name: 'node', version: '24' },
          scaleAndConcurrency: { instanceMemoryMB: args.memoryMb, maximumInstanceCount: mostInstances },
          deployment: {
            storage: {
              type: 'blobContainer',
              value: pulumi.interpolate`https://${this.storage.name}.blob.core.windows.net/${container.name}`,
              authentication: {
                type: 'UserAssignedIdentity',
                userAssignedIdentityResourceId: identity.id,
              },
            },
          },
        },
        siteConfig: {
          minTlsVersion: '1.2',
          scmMinTlsVersion: '1.2',
          ftpsState: 'Disabled',
          http20Enabled: true,
          appSettings: Object.entries(settings).map(([name, value]) => ({ name, value })),
        },
        tags: this.tags,
      },
      // What runs must be allowed to do what it does from its first call on.
      { ...this.child, dependsOn: [...identity.ready, ...this.keyReady] },
    );
    const woken = args.consumers.flatMap(({ name }) => messaging.get(name).ready);
    const changed = [
      ...args.tables.flatMap(({ name }) => documents.get(name).ready),
      ...documents.leases.ready,
    ];
    const deployed = this.deployments.deploy(args.name, args.archive, app.name, [
      ...identity.ready,
      ...woken,
      ...changed,
    ]);
    this.made.set(args.name, {
      appId: app.id,
      appName: app.name,
      hostName: app.defaultHostName,
      ready: [app, deployed],
    });
  }

  /** Mail is sent from the address that Azure has for the shop. */
  private environmentOf(environment: Environment): Environment {
    const { mail } = this.parts;
    if (!mail || !('MAILER' in environment)) return environment;
    return { ...environment, MAIL_FROM: mail.sender, COMMUNICATION_ENDPOINT: mail.endpoint };
  }
}
