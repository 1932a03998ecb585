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
    'azure-native:apimanagement:ApiManagementService': { gatewayUrl: `https://${name}.azure-api.test` },
    'azure-native:applicationinsights:Component': { connectionString: 'InstrumentationKey=test' },
    'azure-native:communication:CommunicationService': { hostName: `${name}.communication.test` },
    'azure-native:communication:Domain': { fromSenderDomain: 'mail.test' },
    'azure-native:containerregistry:Registry': { loginServer: 'registry.test' },
    'azure-native:containerservice:ManagedCluster': {
      oidcIssuerProfile: { enabled: true, issuerURL: 'https://issuer.cluster.test' },
      identityProfile: { kubeletidentity: { objectId: 'object-of-nodes' } },
    },
    'azure-native:cosmosdb:DatabaseAccount': { documentEndpoint: `https://${name}.documents.test/` },
    'azure-native:dbforpostgresql:Server': { fullyQualifiedDomainName: 'database.test' },
    'azure-native:keyvault:Vault': { properties: { vaultUri: 'https://vault.test/' } },
    'azure-native:managedidentity:UserAssignedIdentity': {
      clientId: `client-of-${name}`,
      principalId: `principal-of-${name}`,
    },
    'azure-native:network:PublicIPAddress': { ipAddress: '198.51.100.7' },
    'azure-native:redisenterprise:RedisEnterprise': { hostName: 'cache.test' },
    'azure-native:storage:StorageAccount': { primaryEndpoints: { web: `https://${name}.web.test/` } },
    'azure-native:web:WebApp': { defaultHostName: `${name}.sites.test` },
    'docker-build:index:Image': { ref: `registry.test/${name}@sha256:0` },
  };
  return { ...state, ...more[type] };
}

const kubeconfigs = {
  kubeconfigs: [
    {
      name: 'cluster',
      value: Buffer.from(
        'clusters:\n- cluster:\n    certificate-authority-data: Y2E=\n    server: https://cluster.test:443\n',
      ).toString('base64'),
    },
  ],
};

const answers: Record<string, Record<string, unknown>> = {
  'aws:index/getCallerIdentity:getCallerIdentity': {
    accountId: '123456789012',
    arn: 'arn:aws:sts::123456789012:assumed-role/deploy/me',
  },
  'aws:index/getPartition:getPartition': { partition: 'aws' },
  'aws:index/getAvailabilityZones:getAvailabilityZones': { names: ['a', 'b', 'c'] },
  'aws:iam/getSessionContext:getSessionContext': { issuerArn: 'arn:aws:iam::123456789012:role/deploy' },
  'azure-native:authorization:getClientConfig': {
    clientId: 'client-of-deployer',
    objectId: 'object-of-deployer',
    subscriptionId: 'the-subscription',
    tenantId: 'the-tenant',
  },
  'azure-native:containerregistry:listRegistryCredentials': {
    username: 'registry',
    passwords: [{ name: 'password', value: 'token' }],
  },
  'azure-native:containerservice:listManagedClusterAdminCredentials': kubeconfigs,
  'azure-native:containerservice:listManagedClusterUserCredentials': kubeconfigs,
  'azure-native:redisenterprise:listDatabaseKeys': { primaryKey: 'key+of/cache=' },
  'aws:ecr/getAuthorizationToken:getAuthorizationToken': {
    proxyEndpoint: 'https://registry.test',
    userName: 'AWS',
    password: 'token',
  },
};

/** With which Pulumi marks a secret that is deep in an input. */
const secretMark = '4dabf18193072939515e22adb298388d';

function opened(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(opened);
  if (value === null || typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  if (secretMark in value) return opened((value as { value?: unknown }).value);
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, opened(one)]));
}

/** Azure's says where a thing is, and is built upon. */
function idOf({ type, name, id }: pulumi.runtime.MockResourceArgs): string {
  if (id) return id;
  const [pkg, module, kind] = type.split(':');
  return pkg === 'azure-native'
    ? `/subscriptions/the-subscription/resourceGroups/shop/providers/${module}/${kind}/${name}`
    : `${name}-id`;
}

/**
 * Runs a program under Pulumi's mocks and answers with all that it registered. They are silent about parents, order,
 * secrets and unknowns: the engine's suite is there for that.
 */
export async function recordResources(program: () => unknown): Promise<Registered[]> {
  const registered: Registered[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: (args) => {
        registered.push({ type: args.type, name: args.name, inputs: opened(args.inputs) });
        return { id: idOf(args), state: args.custom === false ? args.inputs : stateOf(args) };
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
