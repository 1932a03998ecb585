/**
 * The way into the shop on AWS: gateway, network and cluster, under Pulumi's mocks: what is registered, and with which inputs, held
 * against the services' own code and against what AWS is known to refuse. It proves nothing of parents, order, unknown
 * values and secrets, which mocks are silent about, and nothing of AWS itself.
 */
import assert from 'node:assert/strict';
import { isArm, spotTypes } from '../../providers/aws/cluster.ts';
import { apiRoutes } from '../../runtime/contracts/api/index.ts';
import { ofType, the } from '../support/infrastructure.ts';
import { awsPlatforms, type Platforms } from '../support/platforms.ts';

describe('the platform on AWS', () => {
  let learn: Platforms['learn'];
  let prod: Platforms['production'];
  let varied: Platforms['varied'];
  before(async function () {
    this.timeout(120_000);
    ({ learn, production: prod, varied } = await awsPlatforms());
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
});
