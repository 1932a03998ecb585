/**
 * The platform on AWS under Pulumi's mocks: what is registered, and with which inputs, held against the services' own
 * code and against what AWS is known to refuse. It proves nothing of parents, order, unknown values and secrets, which mocks
 * are silent about, and nothing of AWS itself.
 */
import assert from 'node:assert/strict';
import { z } from 'zod';
import { inventory } from '../../entries/functions/inventory.ts';
import { notification } from '../../entries/functions/notification.ts';
import { order } from '../../entries/functions/order.ts';
import { payment } from '../../entries/functions/payment.ts';
import { isArm, spotTypes } from '../../providers/aws/cluster.ts';
import { unscopableActions } from '../../providers/aws/permissions.ts';
import { newEventsFilter } from '../../runtime/adapters/aws/table.ts';
import { mailSettings, smsSettings } from '../../runtime/adapters/shared/mailer.ts';
import { hostedSettings, readEnv } from '../../runtime/config/env.ts';
import { apiRoutes } from '../../runtime/contracts/api/index.ts';
import { countOf } from '../../runtime/edges/aws/count.ts';
import { ofType, recordPlatform, statementsIn, the } from '../support/infrastructure.ts';
import type { Registered } from '../support/pulumi-mocks.ts';

const functions = { order, inventory, payment, notification };
const production = { profile: 'production', clusterAccess: '203.0.113.0/24' };

/** All that can be switched on. */
const switchedOn = {
  paymentProvider: 'stripe',
  mailer: 'ses',
  mailFrom: 'shop@example.com',
  smsSender: 'sns',
  alarmEmail: 'you@example.com',
  corsOrigins: 'https://shop.example.com',
  nat: 'single',
  zones: '3',
};

describe('the platform on AWS', () => {
  let learn: Registered[];
  let prod: Registered[];
  let varied: Registered[];
  before(async function () {
    this.timeout(120_000);
    learn = await recordPlatform();
    prod = await recordPlatform(production);
    varied = await recordPlatform(switchedOn, { stripeSecretKey: 'sk', stripeWebhookSecret: 'wh' });
  });

  describe('what it is made of', () => {
    it('tags everything that takes tags', () => {
      // All others take none.
      const types = new Set(
        learn
          .filter(({ type, inputs }) => type.startsWith('aws:') && !inputs.tags)
          .map(({ type }) => type.split(':').at(-1)),
      );
      assert.deepEqual([...types].sort(), [
        'AccessPolicyAssociation',
        'Attachment',
        'Authorizer',
        'BucketPolicy',
        'BucketPublicAccessBlock',
        'Dashboard',
        'FunctionEventInvokeConfig',
        'Integration',
        'LifecyclePolicy',
        'OriginAccessControl',
        'Permission',
        'QueuePolicy',
        'RedriveAllowPolicy',
        'RolePolicy',
        'RolePolicyAttachment',
        'Route',
        'RouteTableAssociation',
        'Schedule',
        'SecretVersion',
        'TopicSubscription',
      ]);
    });

    it('is in no other region, but for the firewall of CloudFront', () => {
      const elsewhere = prod.filter(({ inputs }) => inputs.region && inputs.region !== 'eu-west-1');
      assert.deepEqual(
        elsewhere.map(({ type, inputs }) => [type, inputs.region, inputs.scope]),
        [['aws:wafv2/webAcl:WebAcl', 'us-east-1', 'CLOUDFRONT']],
      );
    });

    it('has nothing made by a controller that nobody deletes', () => {
      const services = ofType(learn, 'kubernetes:core/v1:Service');
      for (const [name, { spec }] of services) assert.notEqual(spec.type, 'LoadBalancer', name);
      const gateway = the(learn, 'kubernetes:gateway.networking.k8s.io/v1:Gateway', 'entrance');
      assert.equal(gateway.metadata.annotations['networking.istio.io/service-type'], 'ClusterIP');
    });
  });

  describe('permissions', () => {
    const policies = () =>
      [...learn, ...prod, ...varied]
        .filter(({ type }) => type === 'aws:iam/rolePolicy:RolePolicy')
        .flatMap(({ name, inputs }) =>
          statementsIn(inputs.policy).map((statement) => ({ name, ...statement })),
        );

    it('name actions, each of them in full', () => {
      for (const { name, Sid, Action } of policies())
        for (const action of Action) assert.match(action, /^[a-z0-9-]+:[A-Za-z0-9]+$/, `${name} ${Sid}`);
    });

    it('name resources, but where IAM knows none for the action', () => {
      for (const { name, Sid, Action, Resource } of policies()) {
        assert.ok(Resource.length > 0, `${name} ${Sid}`);
        for (const resource of Resource)
          if (!resource.startsWith('arn:aws:'))
            assert.deepEqual(
              [resource, Action.filter((action) => !unscopableActions.includes(action as never))],
              ['*', []],
              `${name} ${Sid}`,
            );
      }
    });

    it('of a function are its own tables, queues and the topic, and nothing of others', () => {
      const statements = statementsIn(the(learn, 'aws:iam/rolePolicy:RolePolicy', 'function-order').policy);
      const table = 'arn:aws:test:eu-west-1:123456789012:table/ecommerce-test-order';
      const queue = (name: string) => `arn:aws:test:eu-west-1:123456789012:queue/ecommerce-test-${name}`;
      assert.deepEqual(
        statements.map(({ Sid, Resource }) => [Sid, Resource]),
        [
          [
            'ReadOrder',
            [table, `${table}/index/unpublished`, `${table}/index/byUser`, `${table}/index/open`],
          ],
          ['WriteOrder', [table]],
          ['ConsumeOrder', [`${table}/stream/now`]],
          ['GiveUpOrder', [queue('failures')]],
          ['PublishEvents', ['arn:aws:test:eu-west-1:123456789012:topic/ecommerce-test-events']],
          ['TakeOrderCatalogue', [queue('order-catalogue')]],
          ['GiveUpOrderCatalogue', [queue('order-catalogue-dead')]],
          ['TakeOrderSaga', [queue('order-saga')]],
          ['GiveUpOrderSaga', [queue('order-saga-dead')]],
          ['WriteTraces', ['*']],
          ['GiveUpInvocations', [queue('failures')]],
          ['WriteLogs', ['arn:aws:test:eu-west-1:123456789012:loggroup//aws/lambda/ecommerce-test-order:*']],
        ],
      );
    });

    it('have a different id for each statement', () => {
      for (const [name, { policy }] of ofType(learn, 'aws:iam/rolePolicy:RolePolicy')) {
        const ids = statementsIn(policy).map(({ Sid }) => Sid);
        assert.deepEqual(ids, [...new Set(ids)], name);
        for (const id of ids) assert.match(id, /^[A-Za-z0-9]+$/);
      }
    });

    it('of what sends mail and SMS are for the shop’s own sender, and for any number', () => {
      const statements = statementsIn(
        the(varied, 'aws:iam/rolePolicy:RolePolicy', 'function-notification').policy,
      );
      const named = (sid: string) => statements.find(({ Sid }) => Sid === sid);
      assert.match(named('SendMail')?.Resource.join() ?? '', /^arn:.*emailidentity/);
      assert.deepEqual(named('SendSms')?.Action, ['sns:Publish']);
    });

    it('attach no managed policy but those that EKS asks for', () => {
      const attached = [...ofType(prod, 'aws:iam/rolePolicyAttachment:RolePolicyAttachment').values()];
      assert.deepEqual(attached.map(({ policyArn }) => policyArn.split('/').at(-1)).sort(), [
        'AmazonEC2ContainerRegistryPullOnly',
        'AmazonEKSClusterPolicy',
        'AmazonEKSWorkerNodePolicy',
        'AmazonEKS_CNI_Policy',
        'CloudWatchAgentServerPolicy',
      ]);
    });
  });

  describe('functions', () => {
    const lambda = (name: string) => the(learn, 'aws:lambda/function:Function', name);

    it('are six times faster than their queues are patient, and than the gateway is', () => {
      for (const [name, { timeout, memorySize, runtime, architectures }] of ofType(
        learn,
        'aws:lambda/function:Function',
      )) {
        assert.equal(timeout, name === 'notification' ? 30 : 25, name);
        assert.deepEqual([memorySize, runtime, architectures], [512, 'nodejs24.x', ['arm64']]);
      }
      for (const [name, { visibilityTimeoutSeconds }] of ofType(learn, 'aws:sqs/queue:Queue'))
        if (!/dead|failures/.test(name)) assert.ok(visibilityTimeoutSeconds >= 6 * 30, name);
    });

    for (const [name, composition] of Object.entries(functions))
      it(`${name} gets the settings that it reads, and no other`, () => {
        const { variables } = lambda(name).environment;
        const settings = {
          ...hostedSettings,
          JWKS_URL: z.url(),
          RESOURCE_PREFIX: z.string().min(1),
          TOPIC_ARN: z.string().startsWith('arn:'),
          ...composition.settings,
          ...(name === 'notification' && { ...mailSettings, ...smsSettings }),
        };
        readEnv(settings, variables);
        assert.deepEqual(
          Object.keys(variables).filter((key) => !(key in settings)),
          [],
        );
      });

    it('get the secrets of Stripe by name, and may read them', () => {
      const { variables } = the(varied, 'aws:lambda/function:Function', 'payment').environment;
      assert.match(variables.STRIPE_SECRET_KEY_SECRET_NAME, /^arn:.*stripe-secret-key/);
      assert.match(variables.STRIPE_WEBHOOK_SECRET_SECRET_NAME, /^arn:.*stripe-webhook-secret/);
      const ids = statementsIn(the(varied, 'aws:iam/rolePolicy:RolePolicy', 'function-payment').policy);
      assert.deepEqual(
        ids.map(({ Sid }) => Sid).filter((sid) => sid.startsWith('ReadStripe')),
        ['ReadStripeSecretKey', 'ReadStripeWebhookSecret'],
      );
      assert.ok(!JSON.stringify(variables).includes('"sk"'));
      const { variables: orders } = the(varied, 'aws:lambda/function:Function', 'order').environment;
      assert.equal(order.settings.DEFAULT_PAYMENT_METHOD.parse(orders.DEFAULT_PAYMENT_METHOD), undefined);
    });

    it('have their logs made before them, with an end', () => {
      for (const [name, group] of ofType(learn, 'aws:cloudwatch/logGroup:LogGroup'))
        assert.equal(group.retentionInDays, 7, name);
      for (const [name, { loggingConfig }] of ofType(learn, 'aws:lambda/function:Function'))
        assert.equal(loggingConfig.logGroup, `/aws/lambda/ecommerce-test-${name}`);
    });

    it('are woken by every queue and every table, in part when a part fails', () => {
      const sources = ofType(learn, 'aws:lambda/eventSourceMapping:EventSourceMapping');
      assert.deepEqual([...sources.keys()].sort(), [
        'inbox-stream',
        'inventory-catalogue',
        'inventory-saga',
        'inventory-stream',
        'notification-contacts',
        'notification-mail',
        'notification-stream',
        'order-catalogue',
        'order-saga',
        'order-stream',
        'payment-provider-stream',
        'payment-saga',
        'payment-stream',
      ]);
      for (const [name, source] of sources) {
        assert.deepEqual(source.functionResponseTypes, ['ReportBatchItemFailures'], name);
        if (!name.endsWith('-stream')) assert.ok(source.scalingConfig.maximumConcurrency >= 2, name);
        else {
          // By itself a stream's source tries for ever, and holds up the shard.
          assert.ok(source.maximumRetryAttempts >= 0 && source.maximumRetryAttempts <= 10, name);
          assert.ok(source.maximumRecordAgeInSeconds > 0, name);
          assert.equal(source.bisectBatchOnFunctionError, true);
          assert.ok(source.destinationConfig.onFailure.destinationArn);
          assert.deepEqual(JSON.parse(source.filterCriteria.filters[0].pattern), newEventsFilter);
        }
      }
    });

    it('reserve no concurrency: a new account has none to give', () => {
      for (const { reservedConcurrentExecutions } of ofType(prod, 'aws:lambda/function:Function').values())
        assert.equal(reservedConcurrentExecutions, undefined);
    });

    it('stay out of the network, which would hold up its end', () => {
      for (const { vpcConfig } of ofType(prod, 'aws:lambda/function:Function').values())
        assert.equal(vpcConfig, undefined);
    });

    it('are called by schedules that exist, by their names', () => {
      const schedules = [...ofType(learn, 'aws:scheduler/schedule:Schedule')];
      assert.deepEqual(
        schedules
          .map(([name, { target, scheduleExpression }]) => [name, target.input, scheduleExpression])
          .sort(),
        [
          ['inventory-outbox-sweep', '{"schedule":"outbox-sweep"}', 'rate(1 minute)'],
          ['notification-outbox-sweep', '{"schedule":"outbox-sweep"}', 'rate(1 minute)'],
          ['order-order-reconciler', '{"schedule":"order-reconciler"}', 'rate(1 minute)'],
          ['order-outbox-sweep', '{"schedule":"outbox-sweep"}', 'rate(1 minute)'],
          ['payment-outbox-sweep', '{"schedule":"outbox-sweep"}', 'rate(1 minute)'],
        ],
      );
    });
  });

  describe('messaging', () => {
    it('has a queue and dead letters for each consumer, filled by its types only', () => {
      const subscriptions = ofType(learn, 'aws:sns/topicSubscription:TopicSubscription');
      const { consumers } = order.create(
        {} as never,
        {
          logger: undefined,
          clock: undefined,
          open: () => undefined,
          mailer: () => undefined,
          sms: () => undefined,
        } as never,
      );
      for (const { name, types } of consumers) {
        const { rawMessageDelivery, filterPolicy, protocol } = subscriptions.get(name);
        assert.deepEqual([rawMessageDelivery, protocol], [true, 'sqs']);
        assert.deepEqual(JSON.parse(filterPolicy), { type: types });
        const queue = the(learn, 'aws:sqs/queue:Queue', name);
        assert.equal(queue.name, `ecommerce-test-${name}`);
        assert.equal(JSON.parse(queue.redrivePolicy).maxReceiveCount, 1000);
        assert.equal(the(learn, 'aws:sqs/queue:Queue', `${name}-dead`).name, `ecommerce-test-${name}-dead`);
      }
    });

    it('encrypts queues with a key under which SNS may send', () => {
      for (const [name, queue] of ofType(learn, 'aws:sqs/queue:Queue')) {
        assert.equal(queue.sqsManagedSseEnabled, true, name);
        assert.equal(queue.kmsMasterKeyId, undefined, name);
      }
    });

    it('lets only the topic into a queue', () => {
      for (const [name, { policy }] of ofType(learn, 'aws:sqs/queuePolicy:QueuePolicy')) {
        const [statement, ...more] = JSON.parse(policy).Statement;
        assert.deepEqual(more, []);
        assert.deepEqual(statement.Principal, { Service: 'sns.amazonaws.com' }, name);
        assert.match(statement.Condition.ArnEquals['aws:SourceArn'], /topic\/ecommerce-test-events$/);
      }
    });
  });

  describe('the gateway', () => {
    it('has a route for each of the API, and a token for each that needs one', () => {
      const routes = [...ofType(learn, 'aws:apigatewayv2/route:Route').values()];
      const expected = apiRoutes.map(({ method, path, access }) => [
        `${method} ${path}`,
        access === 'public' ? 'NONE' : 'JWT',
      ]);
      const own = ['GET /health', 'GET /ready', 'GET /openapi.json'].map((key) => [key, 'NONE']);
      assert.deepEqual(
        routes.map(({ routeKey, authorizationType }) => [routeKey, authorizationType]).sort(),
        [...expected, ...own].sort(),
      );
      for (const { authorizationType, authorizerId } of routes)
        assert.equal(authorizationType === 'JWT', authorizerId !== undefined);
    });

    it('checks tokens by the issuer that signs them', () => {
      const { jwtConfiguration } = the(learn, 'aws:apigatewayv2/authorizer:Authorizer', 'token');
      const { variables } = the(learn, 'aws:lambda/function:Function', 'order').environment;
      assert.deepEqual(jwtConfiguration, {
        issuer: variables.TOKEN_ISSUER,
        audiences: [variables.TOKEN_AUDIENCE],
      });
      assert.equal(variables.JWKS_URL, `${variables.TOKEN_ISSUER}/.well-known/jwks.json`);
      const documents = ofType(learn, 'aws:s3/bucketObjectv2:BucketObjectv2');
      const configuration = JSON.parse(documents.get('issuer-.well-known-openid-configuration')?.content);
      assert.equal(configuration.issuer, variables.TOKEN_ISSUER);
      assert.equal(configuration.jwks_uri, variables.JWKS_URL);
      const [key] = JSON.parse(documents.get('issuer-.well-known-jwks.json')?.content).keys;
      assert.deepEqual(Object.keys(key).sort(), ['alg', 'e', 'kid', 'kty', 'n', 'use']);
      assert.deepEqual([key.kty, key.alg], ['RSA', 'RS256']);
    });

    it('waits longer than what is behind it', () => {
      for (const [name, { timeoutMilliseconds }] of ofType(learn, 'aws:apigatewayv2/integration:Integration'))
        assert.ok(timeoutMilliseconds > 25_000 && timeoutMilliseconds <= 30_000, name);
    });

    it('has a firewall in production, in front', () => {
      assert.equal(ofType(learn, 'aws:wafv2/webAcl:WebAcl').size, 0);
      const distribution = the(prod, 'aws:cloudfront/distribution:Distribution', 'gateway');
      assert.match(distribution.webAclId, /^arn:/);
      assert.equal(distribution.origins[0].domainName, 'api.test');
    });

    it('lets browsers in that are named, and no others', () => {
      assert.equal(the(learn, 'aws:apigatewayv2/api:Api', 'gateway').corsConfiguration, undefined);
      const { corsConfiguration } = the(varied, 'aws:apigatewayv2/api:Api', 'gateway');
      assert.deepEqual(corsConfiguration.allowOrigins, ['https://shop.example.com']);
    });
  });

  describe('the network', () => {
    it('has nodes that find a way out, with and without NAT', () => {
      const nodes = the(learn, 'aws:eks/nodeGroup:NodeGroup', 'nodes');
      assert.deepEqual(nodes.subnetIds, ['public-0-id', 'public-1-id']);
      for (const zone of [0, 1])
        assert.equal(the(learn, 'aws:ec2/subnet:Subnet', `public-${zone}`).mapPublicIpOnLaunch, true);
      assert.equal(ofType(learn, 'aws:ec2/natGateway:NatGateway').size, 0);
      assert.equal(ofType(prod, 'aws:ec2/natGateway:NatGateway').size, 3);
      assert.equal(the(prod, 'aws:eks/nodeGroup:NodeGroup', 'nodes').subnetIds.length, 3);
      assert.deepEqual(the(prod, 'aws:eks/nodeGroup:NodeGroup', 'nodes').subnetIds[0], 'private-0-id');
    });

    it('has one NAT gateway for all zones where that is asked for', () => {
      assert.equal(ofType(varied, 'aws:ec2/natGateway:NatGateway').size, 1);
      for (const zone of [0, 1, 2])
        assert.equal(the(varied, 'aws:ec2/route:Route', `private-${zone}-nat`).natGatewayId, 'nat-0-id');
    });

    it('gives each subnet its own addresses', () => {
      const blocks = [...ofType(prod, 'aws:ec2/subnet:Subnet').values()].map(({ cidrBlock }) => cidrBlock);
      assert.deepEqual(blocks.sort(), [
        '10.0.0.0/20',
        '10.0.128.0/20',
        '10.0.144.0/20',
        '10.0.16.0/20',
        '10.0.160.0/20',
        '10.0.32.0/20',
      ]);
    });

    it('opens data to the cluster and to nobody else', () => {
      const rules = [...ofType(prod, 'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule')];
      assert.deepEqual(
        rules
          .map(([name, rule]) => [
            name,
            rule.referencedSecurityGroupId ?? rule.cidrIpv4,
            rule.fromPort,
            rule.toPort,
          ])
          .sort(),
        [
          ['balancer-link', 'link-id', 80, 80],
          ['cache-cluster', 'sg-cluster', 6379, 6380],
          ['database-cluster', 'sg-cluster', 5432, 5432],
          ['nodes-entrance-0', '10.0.128.0/20', 30_080, 30_080],
          ['nodes-entrance-1', '10.0.144.0/20', 30_080, 30_080],
          ['nodes-entrance-2', '10.0.160.0/20', 30_080, 30_080],
        ],
      );
    });
  });

  describe('the cluster', () => {
    it('is entered by entries only, and by whoever makes it', () => {
      const cluster = the(learn, 'aws:eks/cluster:Cluster', 'cluster');
      assert.deepEqual(cluster.accessConfig, {
        authenticationMode: 'API',
        bootstrapClusterCreatorAdminPermissions: false,
      });
      assert.equal(cluster.bootstrapSelfManagedAddons, false);
      assert.deepEqual(cluster.upgradePolicy, { supportType: 'STANDARD' });
      const entry = the(learn, 'aws:eks/accessEntry:AccessEntry', 'admin-deployer');
      assert.equal(entry.principalArn, 'arn:aws:iam::123456789012:role/deploy');
    });

    it('has nodes in its own security group only, that pods cannot speak for', () => {
      const template = the(learn, 'aws:ec2/launchTemplate:LaunchTemplate', 'nodes');
      assert.equal(template.vpcSecurityGroupIds, undefined);
      assert.equal(template.networkInterfaces, undefined);
      assert.deepEqual(template.metadataOptions, {
        httpTokens: 'required',
        httpPutResponseHopLimit: 1,
        httpEndpoint: 'enabled',
      });
    });

    it('has nodes of one processor, and on spot of two makers where both make the size', () => {
      assert.deepEqual(spotTypes('t3.medium'), ['t3.medium', 't3a.medium']);
      assert.deepEqual(spotTypes('m7i.large'), ['m7i.large']);
      assert.deepEqual(['t4g.medium', 'm7gd.large', 't3.medium', 'g5.xlarge'].map(isArm), [
        true,
        true,
        false,
        false,
      ]);
      const nodes = the(learn, 'aws:eks/nodeGroup:NodeGroup', 'nodes');
      assert.deepEqual([nodes.amiType, nodes.capacityType], ['AL2023_x86_64_STANDARD', 'SPOT']);
    });

    it('has more than seventeen pods a node, and network policies', () => {
      const { configurationValues } = the(learn, 'aws:eks/addon:Addon', 'vpc-cni');
      assert.deepEqual(JSON.parse(configurationValues), {
        enableNetworkPolicy: 'true',
        env: { ENABLE_PREFIX_DELEGATION: 'true', WARM_PREFIX_TARGET: '1' },
      });
    });

    it('asks for a token each time', () => {
      const { kubeconfig } = the(learn, 'pulumi:providers:kubernetes', 'kubernetes');
      const { exec } = JSON.parse(kubeconfig).users[0].user;
      assert.equal(exec.command, 'aws');
      assert.deepEqual(exec.args.slice(0, 4), ['--region', 'eu-west-1', 'eks', 'get-token']);
    });
  });

  describe('data', () => {
    it('is encrypted, private, and protected in production', () => {
      for (const [resources, protectedNow] of [
        [learn, false],
        [prod, true],
      ] as const) {
        const database = the(resources, 'aws:rds/instance:Instance', 'database');
        assert.deepEqual([database.storageEncrypted, database.publiclyAccessible], [true, false]);
        assert.equal(database.deletionProtection, protectedNow);
        assert.equal(database.skipFinalSnapshot, !protectedNow);
        assert.equal(database.finalSnapshotIdentifier !== undefined, protectedNow);
        for (const table of ofType(resources, 'aws:dynamodb/table:Table').values())
          assert.equal(table.deletionProtectionEnabled, protectedNow);
        for (const secret of ofType(resources, 'aws:secretsmanager/secret:Secret').values())
          assert.equal(secret.recoveryWindowInDays, protectedNow ? 30 : 0);
        for (const bucket of ofType(resources, 'aws:s3/bucket:Bucket').values())
          assert.equal(bucket.forceDestroy, !protectedNow);
        for (const repository of ofType(resources, 'aws:ecr/repository:Repository').values())
          assert.equal(repository.forceDelete, !protectedNow);
      }
    });

    it('has tables as the adapter says', () => {
      const table = the(learn, 'aws:dynamodb/table:Table', 'order');
      assert.equal(table.name, 'ecommerce-test-order');
      assert.deepEqual([table.hashKey, table.rangeKey, table.billingMode], ['pk', 'sk', 'PAY_PER_REQUEST']);
      assert.deepEqual([table.streamEnabled, table.streamViewType], [true, 'NEW_IMAGE']);
      assert.deepEqual(table.ttl, { attributeName: 'expires', enabled: true });
      assert.deepEqual(table.pointInTimeRecovery, { enabled: true });
      assert.deepEqual(
        table.globalSecondaryIndexes.map((index: { name: string }) => index.name),
        ['unpublished', 'byUser', 'open'],
      );
      const declared = table.attributes.map(({ name }: { name: string }) => name);
      const used = table.globalSecondaryIndexes.flatMap(
        ({ keySchemas }: { keySchemas: { attributeName: string }[] }) =>
          keySchemas.map(({ attributeName }) => attributeName),
      );
      assert.deepEqual(declared.toSorted(), [...new Set(['pk', 'sk', ...used])].sort());
    });

    it('is watched where a budget is, once somebody can be told', () => {
      assert.equal(ofType(learn, 'aws:budgets/budget:Budget').size, 0);
      const budget = the(varied, 'aws:budgets/budget:Budget', 'budget');
      assert.deepEqual(budget.costFilters, [
        { name: 'TagKeyValue', values: ['user:cost$ecommerce-platform/test'] },
      ]);
      assert.equal(
        the(varied, 'aws:sns/topicSubscription:TopicSubscription', 'alarms-mail').protocol,
        'email',
      );
    });

    it('keeps names within what AWS takes', () => {
      for (const [type, most] of [
        ['aws:lb/loadBalancer:LoadBalancer', 32],
        ['aws:lb/targetGroup:TargetGroup', 32],
        ['aws:lambda/function:Function', 64],
        ['aws:scheduler/schedule:Schedule', 64],
        ['aws:sqs/queue:Queue', 80],
        ['aws:elasticache/serverlessCache:ServerlessCache', 40],
        ['aws:rds/instance:Instance', 63],
      ] as const)
        for (const [name, inputs] of ofType(learn, type))
          assert.ok((inputs.name ?? inputs.identifier).length <= most, `${type} ${name}`);
    });
  });

  describe('the watch', () => {
    it('has an alarm for each queue, its dead letters and each function', () => {
      const alarms = [...ofType(learn, 'aws:cloudwatch/metricAlarm:MetricAlarm').keys()];
      for (const consumer of ['order-saga', 'notification-mail'])
        assert.ok(
          alarms.includes(`alarm-${consumer}-dead-letters`) && alarms.includes(`alarm-${consumer}-age`),
        );
      for (const name of Object.keys(functions)) assert.ok(alarms.includes(`alarm-${name}-errors`));
    });

    it('counts orders where its consumers are, by what the functions write', () => {
      const { dashboardBody } = the(learn, 'aws:cloudwatch/dashboard:Dashboard', 'shop');
      const { properties } = JSON.parse(dashboardBody).widgets.find(
        (widget: { properties: { title: string } }) => widget.properties.title.startsWith('Orders'),
      );
      const queues = ofType(learn, 'aws:sqs/queue:Queue');
      for (const [namespace, name, , consumer, , type] of properties.metrics) {
        const { _aws } = countOf('ecommerce-test-', consumer, { type }) ?? {};
        assert.deepEqual(_aws?.CloudWatchMetrics[0]?.Namespace, namespace);
        assert.deepEqual(_aws?.CloudWatchMetrics[0]?.Metrics[0]?.Name, name);
        assert.ok(queues.has(consumer), consumer);
        const { filterPolicy } = the(learn, 'aws:sns/topicSubscription:TopicSubscription', consumer);
        assert.ok(JSON.parse(filterPolicy).type.includes(type), type);
      }
    });

    it('shows services, queues, orders, database and cache', () => {
      const { dashboardBody } = the(learn, 'aws:cloudwatch/dashboard:Dashboard', 'shop');
      const titles = JSON.parse(dashboardBody).widgets.map(
        ({ properties }: { properties: { title: string } }) => properties.title,
      );
      assert.deepEqual(titles, [
        'Function calls',
        'Function errors',
        'Function duration, p95',
        'Gateway',
        'Gateway latency, p95',
        'Orders: placed, and what they came to',
        'Queues: waiting',
        'Queues: age of the oldest, seconds',
        'Dead letters',
        'Documents: throttled',
        'Database',
        'Cache',
      ]);
    });
  });
});
