import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { GatewayArgs, Gateway as GatewayContract, RouteTarget } from '../../components/contract.ts';
import type { Entrance } from './entrance.ts';
import type { Functions } from './functions.ts';
import type { Monitoring } from './monitoring.ts';
import { type AwsContext, Part } from './part.ts';

/** An HTTP API waits for 30 s at most; a function behind it has less. */
const integrationTimeoutMs = 29_000;

/** CloudFront's own policies: nothing is kept, and everything but the host is handed on. */
const cachingDisabled = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad';
const allViewerExceptHost = 'b689b0a8-53d0-40ab-baf2-68738e2966ac';
/** CloudFront and its firewall are managed there, wherever the shop stands. */
const cloudFrontRegion = 'us-east-1';

const logFormat = {
  requestId: '$context.requestId',
  time: '$context.requestTime',
  method: '$context.httpMethod',
  route: '$context.routeKey',
  status: '$context.status',
  latencyMs: '$context.responseLatency',
  address: '$context.identity.sourceIp',
  error: '$context.error.message',
  integrationError: '$context.integrationErrorMessage',
  authorizerError: '$context.authorizer.error',
};

/** An HTTP API, and where the profile has it a firewall in front. */
export class Gateway extends Part implements GatewayContract {
  readonly url: pulumi.Output<string>;
  readonly apiId: pulumi.Output<string>;
  private readonly api: aws.apigatewayv2.Api;
  private readonly monitoring: Monitoring;
  private parts: pulumi.Resource[] = [];

  constructor(context: AwsContext, monitoring: Monitoring) {
    super('Gateway', 'gateway', context);
    const { config, naming } = context;
    this.monitoring = monitoring;
    this.api = new aws.apigatewayv2.Api(
      'gateway',
      {
        name: naming.name('gateway'),
        protocolType: 'HTTP',
        ...(config.corsOrigins.length > 0 && {
          corsConfiguration: {
            allowOrigins: [...config.corsOrigins],
            allowMethods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
            allowHeaders: [
              'authorization',
              'content-type',
              'idempotency-key',
              'if-match',
              'if-none-match',
              'traceparent',
            ],
            exposeHeaders: ['etag', 'location', 'x-request-id', 'x-trace-id'],
            maxAge: 600,
          },
        }),
        tags: this.tags,
      },
      this.child,
    );
    this.apiId = this.api.id;
    this.url = config.waf ? this.createFirewall() : this.api.apiEndpoint;
    this.registerOutputs({ url: this.url });
  }

  get ready(): readonly pulumi.Resource[] {
    return this.parts;
  }

  open(args: GatewayArgs, functions: Functions, entrance: Entrance): void {
    const { naming, config } = this.context;
    // The issuer's documents are read here: an address that does not answer is refused.
    const authorizer = new aws.apigatewayv2.Authorizer(
      'token',
      {
        apiId: this.api.id,
        name: naming.name('token'),
        authorizerType: 'JWT',
        identitySources: ['$request.header.Authorization'],
        jwtConfiguration: { issuer: args.issuer, audiences: [args.audience] },
      },
      { ...this.child, dependsOn: [...args.issuerReady] },
    );
    const integrations = new Map<string, aws.apigatewayv2.Integration>();
    const integrationOf = (target: RouteTarget) => {
      const name = target.kind === 'function' ? target.name : target.kind;
      const known = integrations.get(name);
      if (known) return known;
      const made = this.createIntegration(name, target, functions, entrance);
      integrations.set(name, made);
      return made;
    };
    const routes = args.routes.map(({ method, path, needsToken, target }) => {
      const integration = integrationOf(target);
      return new aws.apigatewayv2.Route(
        `${method} ${path}`
          .toLowerCase()
          .replaceAll(/[^a-z0-9]+/g, '-')
          .replaceAll(/^-|-$/g, ''),
        {
          apiId: this.api.id,
          routeKey: `${method} ${path}`,
          target: pulumi.interpolate`integrations/${integration.id}`,
          authorizationType: needsToken ? 'JWT' : 'NONE',
          ...(needsToken && { authorizerId: authorizer.id }),
        },
        this.child,
      );
    });
    const logs = this.monitoring.createLogGroup(`/${naming.name('gateway')}`, 'gateway');
    const stage = new aws.apigatewayv2.Stage(
      'gateway',
      {
        apiId: this.api.id,
        name: '$default',
        autoDeploy: true,
        accessLogSettings: { destinationArn: logs.arn, format: JSON.stringify(logFormat) },
        defaultRouteSettings: {
          throttlingRateLimit: config.requestsPerSecond,
          throttlingBurstLimit: config.requestBurst,
          detailedMetricsEnabled: true,
        },
        tags: this.tags,
      },
      { ...this.child, dependsOn: routes },
    );
    this.parts = [stage];
  }

  private createIntegration(
    name: string,
    target: RouteTarget,
    functions: Functions,
    entrance: Entrance,
  ): aws.apigatewayv2.Integration {
    const apiId = this.api.id;
    const timeoutMilliseconds = integrationTimeoutMs;
    const proxy = { apiId, integrationType: 'HTTP_PROXY', payloadFormatVersion: '1.0', timeoutMilliseconds };
    if (target.kind === 'site')
      return new aws.apigatewayv2.Integration(
        name,
        { ...proxy, integrationMethod: 'GET', integrationUri: target.url },
        this.child,
      );
    if (target.kind === 'cluster')
      return new aws.apigatewayv2.Integration(
        name,
        {
          ...proxy,
          connectionType: 'VPC_LINK',
          connectionId: entrance.vpcLinkId,
          integrationMethod: 'ANY',
          integrationUri: entrance.listenerArn,
        },
        { ...this.child, dependsOn: [...entrance.ready] },
      );
    const lambda = functions.get(target.name);
    new aws.lambda.Permission(
      `gateway-${name}`,
      {
        action: 'lambda:InvokeFunction',
        function: lambda.arn,
        principal: 'apigateway.amazonaws.com',
        sourceArn: pulumi.interpolate`${this.api.executionArn}/*/*`,
      },
      this.child,
    );
    return new aws.apigatewayv2.Integration(
      name,
      {
        apiId,
        integrationType: 'AWS_PROXY',
        integrationUri: lambda.arn,
        payloadFormatVersion: '2.0',
        timeoutMilliseconds,
      },
      this.child,
    );
  }

  /** An HTTP API can have no firewall of its own: it stands on a CloudFront distribution. */
  private createFirewall(): pulumi.Output<string> {
    const { naming } = this.context;
    const commonRules = 'AWSManagedRulesCommonRuleSet';
    const rules = [commonRules, 'AWSManagedRulesKnownBadInputsRuleSet'];
    const visibility = (metricName: string) => ({
      cloudwatchMetricsEnabled: true,
      sampledRequestsEnabled: true,
      metricName,
    });
    const acl = new aws.wafv2.WebAcl(
      'gateway',
      {
        region: cloudFrontRegion,
        name: naming.name('gateway'),
        scope: 'CLOUDFRONT',
        defaultAction: { allow: {} },
        rules: rules.map((name, priority) => ({
          name,
          priority,
          overrideAction: { none: {} },
          statement: {
            managedRuleGroupStatement: {
              vendorName: 'AWS',
              name,
              // Webhooks and products are larger than its 8 kB; the services have a limit of their own.
              ...(name === commonRules && {
                ruleActionOverrides: [{ name: 'SizeRestrictions_BODY', actionToUse: { count: {} } }],
              }),
            },
          },
          visibilityConfig: visibility(name),
        })),
        visibilityConfig: visibility(naming.name('gateway')),
        tags: this.tags,
      },
      this.child,
    );
    const distribution = new aws.cloudfront.Distribution(
      'gateway',
      {
        enabled: true,
        comment: naming.name('gateway'),
        isIpv6Enabled: true,
        httpVersion: 'http2and3',
        priceClass: 'PriceClass_100',
        webAclId: acl.arn,
        origins: [
          {
            originId: 'gateway',
            domainName: this.api.apiEndpoint.apply((endpoint) => endpoint.replace(/^https:\/\//, '')),
            customOriginConfig: {
              httpPort: 80,
              httpsPort: 443,
              originProtocolPolicy: 'https-only',
              originSslProtocols: ['TLSv1.2'],
              originReadTimeout: 30,
            },
          },
        ],
        defaultCacheBehavior: {
          targetOriginId: 'gateway',
          viewerProtocolPolicy: 'https-only',
          allowedMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'POST', 'PATCH', 'DELETE'],
          cachedMethods: ['GET', 'HEAD'],
          cachePolicyId: cachingDisabled,
          originRequestPolicyId: allViewerExceptHost,
          compress: true,
        },
        restrictions: { geoRestriction: { restrictionType: 'none' } },
        viewerCertificate: { cloudfrontDefaultCertificate: true },
        tags: this.tags,
      },
      this.child,
    );
    return pulumi.interpolate`https://${distribution.domainName}`;
  }
}
