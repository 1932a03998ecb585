/**
 * What the platform on AWS is made of, and what each part may do, under Pulumi's mocks: what is registered, and with which inputs, held
 * against the services' own code and against what AWS is known to refuse. It proves nothing of parents, order, unknown
 * values and secrets, which mocks are silent about, and nothing of AWS itself.
 */
import assert from 'node:assert/strict';
import { createNaming } from '../../components/naming.ts';
import { consumers } from '../../operations/doctor/aws.ts';
import { logGroupNames } from '../../operations/orphans/aws.ts';
import { unscopableActions } from '../../providers/aws/permissions.ts';
import { ofType, statementsIn, the } from '../support/infrastructure.ts';
import { awsPlatforms, type Platforms } from '../support/platforms.ts';

describe('the platform on AWS', () => {
  let learn: Platforms['learn'];
  let prod: Platforms['production'];
  let varied: Platforms['varied'];
  before(async function () {
    this.timeout(120_000);
    ({ learn, production: prod, varied } = await awsPlatforms());
  });

  describe('what it is made of', () => {
    it('makes the log groups that `npm run orphans` looks for after it', () => {
      const { prefix } = createNaming('ecommerce-platform', 'test');
      const made = new Set(
        [learn, prod].flatMap((resources) =>
          [...ofType(resources, 'aws:cloudwatch/logGroup:LogGroup').values()].map(({ name }) => name),
        ),
      );
      assert.deepEqual([...made].sort(), logGroupNames(prefix).toSorted());
    });

    it('has as many consumers as `npm run doctor` reckons with', () => {
      const limited = [...ofType(learn, 'aws:lambda/eventSourceMapping:EventSourceMapping').values()].filter(
        ({ scalingConfig }) => scalingConfig !== undefined,
      );
      assert.equal(limited.length, consumers);
    });

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
});
