import { Api } from '@pulumi/azure-native/apimanagement/api.js';
import { ApiDiagnostic } from '@pulumi/azure-native/apimanagement/apiDiagnostic.js';
import { ApiManagementService } from '@pulumi/azure-native/apimanagement/apiManagementService.js';
import { ApiOperation } from '@pulumi/azure-native/apimanagement/apiOperation.js';
import { ApiPolicy } from '@pulumi/azure-native/apimanagement/apiPolicy.js';
import { Backend } from '@pulumi/azure-native/apimanagement/backend.js';
import { Logger } from '@pulumi/azure-native/apimanagement/logger.js';
import { NamedValue } from '@pulumi/azure-native/apimanagement/namedValue.js';
import * as pulumi from '@pulumi/pulumi';
import type { GatewayArgs, Gateway as GatewayContract, RouteTarget } from '../../components/contract.ts';
import { gatewayKeyHeader } from '../../runtime/edges/azure/gateway-key.ts';
import type { Entrance } from './entrance.ts';
import { createFirewall, type Firewall } from './firewall.ts';
import type { Functions } from './functions.ts';
import { policyXml } from './gateway-policy.ts';
import type { Monitoring } from './monitoring.ts';
import type { Network } from './network.ts';
import { type AzureContext, Part } from './part.ts';
import { assign } from './permissions.ts';

/** As on AWS, where a gateway waits for no longer; a function behind it has less. */
const backendTimeoutSeconds = 29;

const apiId = 'shop';

/** API Management, and where the profile has it a firewall in front. */
export class Gateway extends Part implements GatewayContract {
  readonly url: pulumi.Output<string>;
  readonly serviceId: pulumi.Output<string>;
  private readonly service: ApiManagementService;
  private readonly firewall: Firewall | undefined;
  private readonly monitoring: Monitoring;
  private parts: pulumi.Resource[] = [];

  constructor(context: AzureContext, network: Network, monitoring: Monitoring) {
    super('Gateway', 'gateway', context);
    const { config, naming } = context;
    this.monitoring = monitoring;
    const production = config.profile === 'production';
    this.service = new ApiManagementService(
      // With a random ending: the name is of the whole world, and a deleted one stays taken for two days.
      'gateway',
      {
        ...this.place,
        publisherName: naming.name('gateway', 100),
        publisherEmail: config.alarmEmail ?? config.adminEmail,
        identity: { type: 'SystemAssigned' },
        // Consumption is paid by the call, and knows no network; of the others this is the least that reaches into one.
        ...(production
          ? {
              sku: { name: 'StandardV2', capacity: 1 },
              virtualNetworkType: 'External',
              virtualNetworkConfiguration: { subnetResourceId: network.subnetIds.gateway },
            }
          : { sku: { name: 'Consumption', capacity: 0 } }),
        tags: this.tags,
      },
      { ...this.child, customTimeouts: { create: '60m', delete: '60m' } },
    );
    this.serviceId = this.service.id;
    this.firewall = config.waf
      ? createFirewall(this.service.gatewayUrl, this.place, naming, this.tags, this.child)
      : undefined;
    this.url = this.firewall?.url ?? this.service.gatewayUrl;
    this.registerOutputs({ url: this.url });
  }

  get ready(): readonly pulumi.Resource[] {
    return this.parts;
  }

  open(args: GatewayArgs, functions: Functions, entrance: Entrance): void {
    const { config, naming } = this.context;
    const there = { resourceGroupName: this.place.resourceGroupName, serviceName: this.service.name };
    const api = new Api(
      'gateway',
      {
        ...there,
        apiId,
        displayName: naming.name('gateway'),
        path: '',
        protocols: ['https'],
        subscriptionRequired: false,
      },
      this.child,
    );
    const backends = new Map<string, { readonly target: RouteTarget; readonly operations: string[] }>();
    const operations = args.routes.map(({ method, path, target }) => {
      const operationId = operationIdOf(method, path);
      const name = target.kind === 'function' ? target.name : target.kind;
      const backend = backends.get(name) ?? { target, operations: [] };
      backend.operations.push(operationId);
      backends.set(name, backend);
      return new ApiOperation(
        operationId,
        {
          ...there,
          apiId: api.name,
          operationId,
          displayName: `${method} ${path}`,
          method,
          urlTemplate: path,
          templateParameters: [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
            name,
            type: 'string',
            required: true,
          })),
        },
        this.child,
      );
    });
    const key = new NamedValue(
      'gateway-key',
      {
        ...there,
        namedValueId: 'gateway-key',
        displayName: 'gateway-key',
        secret: true,
        value: functions.gatewayKey,
      },
      this.child,
    );
    const made = [...backends].map(([name, { target }]) =>
      this.createBackend(name, target, args, functions, entrance, key),
    );
    const value = pulumi
      .all([
        args.issuer,
        pulumi.all([...backends.values()].map(({ target }) => (target.kind === 'site' ? target.url : ''))),
        this.firewall?.id,
      ])
      .apply(([issuer, urls, frontDoorId]) =>
        policyXml({
          corsOrigins: config.corsOrigins,
          openIdConfiguration: `${issuer}/.well-known/openid-configuration`,
          audience: args.audience,
          needToken: args.routes
            .filter(({ needsToken }) => needsToken)
            .map(({ method, path }) => operationIdOf(method, path)),
          backends: [...backends].map(([id, { operations }], at) => ({
            id,
            operations,
            ...(urls[at] !== '' && { path: new URL(urls[at] ?? '').pathname }),
          })),
          // In the cheapest tier there is no limit for all callers together.
          ...(config.profile === 'production' && {
            limit: { perSecond: config.requestsPerSecond, burst: config.requestBurst },
          }),
          frontDoorId,
          timeoutSeconds: backendTimeoutSeconds,
        }),
      );
    // The issuer's documents are read here: an address that does not answer is refused.
    const policy = new ApiPolicy(
      'gateway',
      { ...there, apiId: api.name, policyId: 'policy', format: 'xml', value },
      { ...this.child, dependsOn: [...args.issuerReady, ...operations, ...made] },
    );
    const answering = [...backends.values()].flatMap(({ target }) =>
      target.kind === 'function' ? functions.get(target.name).ready : [],
    );
    this.parts = [policy, this.createLog(api), ...(this.firewall?.ready ?? []), ...answering];
  }

  private createBackend(
    name: string,
    target: RouteTarget,
    args: GatewayArgs,
    functions: Functions,
    entrance: Entrance,
    key: NamedValue,
  ): Backend {
    if (target.kind === 'cluster') return entrance.createBackend(this.service.name, args.entranceKey);
    const there = { resourceGroupName: this.place.resourceGroupName, serviceName: this.service.name };
    if (target.kind === 'site')
      return new Backend(
        name,
        {
          ...there,
          backendId: name,
          protocol: 'http',
          url: pulumi.output(target.url).apply((url) => new URL(url).origin),
        },
        this.child,
      );
    return new Backend(
      name,
      {
        ...there,
        backendId: name,
        protocol: 'http',
        url: pulumi.interpolate`https://${functions.get(target.name).hostName}`,
        credentials: { header: { [gatewayKeyHeader]: [pulumi.interpolate`{{${key.displayName}}}`] } },
      },
      this.child,
    );
  }

  /** Each request, with what became of it, and its way on into the trace. */
  private createLog(api: Api): ApiDiagnostic {
    const there = { resourceGroupName: this.place.resourceGroupName, serviceName: this.service.name };
    const mayWrite = assign(
      'gateway-telemetry',
      { name: 'telemetry', role: 'publishTelemetry', scope: this.monitoring.insightsId },
      this.service.identity.apply((identity) => identity?.principalId ?? ''),
      this.context,
      this.child,
    );
    const logger = new Logger(
      'gateway',
      {
        ...there,
        loggerId: 'insights',
        loggerType: 'applicationInsights',
        resourceId: this.monitoring.insightsId,
        credentials: {
          connectionString: this.monitoring.connectionString,
          identityClientId: 'SystemAssigned',
        },
      },
      { ...this.child, dependsOn: [mayWrite] },
    );
    return new ApiDiagnostic(
      'gateway',
      {
        ...there,
        apiId: api.name,
        diagnosticId: 'applicationinsights',
        loggerId: logger.id,
        alwaysLog: 'allErrors',
        httpCorrelationProtocol: 'W3C',
        sampling: { samplingType: 'fixed', percentage: 100 },
      },
      this.child,
    );
  }
}

/** @internal */
export const operationIdOf = (method: string, path: string): string =>
  `${method} ${path}`
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
