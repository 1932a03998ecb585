import { generateKeyPairSync } from 'node:crypto';
import * as pulumi from '@pulumi/pulumi';

/** A resource as the program registered it, its inputs known and its secrets opened. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  // Whatever the type takes: a test looks at what it knows to be there.
  // biome-ignore lint/suspicious/noExplicitAny: inputs of hundreds of types
  readonly inputs: any;
}

let key: string | undefined;
const privateKey = () => {
  key ??= generateKeyPairSync('rsa', { modulusLength: 2048 })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString();
  return key;
};

/** What a cloud would answer, as far as the program looks into it. */
function stateOf({ type, name, inputs }: pulumi.runtime.MockResourceArgs): Record<string, unknown> {
  const kind = type.split(':').at(-1)?.toLowerCase() ?? '';
  const state: Record<string, unknown> = {
    ...inputs,
    name: inputs.name ?? name,
    arn: `arn:aws:test:eu-west-1:123456789012:${kind}/${inputs.name ?? name}`,
    url: `https://test/${name}`,
  };
  const more: Record<string, Record<string, unknown>> = {
    'azure-native:cdn:Profile': { frontDoorId: `front-door-of-${name}` },
    'azure-native:cdn:AFDEndpoint': { hostName: `${name}.front-door.test` },
    'tls:index/privateKey:PrivateKey': { privateKeyPemPkcs8: privateKey() },
    'random:index/randomPassword:RandomPassword': { result: `password-of-${name}` },
    'aws:dynamodb/table:Table': { streamArn: `${state.arn}/stream/now` },
    'aws:cloudfront/distribution:Distribution': { domainName: `${name}.cloudfront.test` },
    'aws:apigatewayv2/api:Api': { apiEndpoint: 'https://api.test', executionArn: 'arn:aws:execute-api:test' },
    'aws:eks/cluster:Cluster': {
      endpoint: 'https://cluster.test',
      certificateAuthority: { data: 'Y2E=' },
      vpcConfig: { ...inputs.vpcConfig, clusterSecurityGroupId: 'sg-cluster' },
    },
    'aws:eks/nodeGroup:NodeGroup': { resources: [{ autoscalingGroups: [{ name: 'nodes-asg' }] }] },
    'aws:elasticache/serverlessCache:ServerlessCache': { endpoints: [{ address: 'cache.test', port: 6379 }] },
    'aws:rds/instance:Instance': { address: 'database.test' },
    'aws:ecr/repository:Repository': { repositoryUrl: `registry.test/${inputs.name}` },
    'aws:ec2/launchTemplate:LaunchTemplate': { latestVersion: 1 },
    'docker-build:index:Image': { ref: `registry.test/${name}@sha256:0` },
  };
  return { ...state, ...more[type] };
}

const answers: Record<string, Record<string, unknown>> = {
  'aws:index/getCallerIdentity:getCallerIdentity': {
    accountId: '123456789012',
    arn: 'arn:aws:sts::123456789012:assumed-role/deploy/me',
  },
  'aws:index/getPartition:getPartition': { partition: 'aws' },
  'aws:index/getAvailabilityZones:getAvailabilityZones': { names: ['a', 'b', 'c'] },
  'aws:iam/getSessionContext:getSessionContext': { issuerArn: 'arn:aws:iam::123456789012:role/deploy' },
  'aws:ecr/getAuthorizationToken:getAuthorizationToken': {
    proxyEndpoint: 'https://registry.test',
    userName: 'AWS',
    password: 'token',
  },
};

/**
 * Runs a program under Pulumi's mocks and answers with all that it registered. They are silent about parents, order,
 * secrets and unknowns: the engine's suite is there for that.
 */
export async function recordResources(program: () => unknown): Promise<Registered[]> {
  const registered: Registered[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: (args) => {
        registered.push({ type: args.type, name: args.name, inputs: args.inputs });
        return { id: `${args.name}-id`, state: args.custom === false ? args.inputs : stateOf(args) };
      },
      call: ({ token }) => answers[token] ?? {},
    },
    'ecommerce-platform',
    'test',
    false,
  );
  await program();
  await pulumi.runtime.disconnect();
  return registered;
}
