/** For each rule of the policy pack, resources that break it and some beside them that do not. */

export interface Example {
  readonly type: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

export interface Examples {
  readonly bad: Readonly<Record<string, Example>>;
  readonly good: Readonly<Record<string, Example>>;
}

const tags = { project: 'shop', stack: 'dev', component: 'test', cost: 'shop' };
const labels = {
  'app.kubernetes.io/part-of': 'shop',
  'app.kubernetes.io/instance': 'dev',
  'app.kubernetes.io/component': 'test',
  cost: 'shop',
};
const statement = (given: object) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...given }] });
const example = (type: string, inputs: Example['inputs']): Example => ({ type, inputs });

const queue = (inputs: object) =>
  example('aws:sqs/queue:Queue', { sqsManagedSseEnabled: true, tags, ...inputs });
const rolePolicy = (given: object) =>
  example('aws:iam/rolePolicy:RolePolicy', { role: 'role', policy: statement(given) });
const attachment = (policyArn: string) =>
  example('aws:iam/rolePolicyAttachment:RolePolicyAttachment', { role: 'role', policyArn });
const ingress = (inputs: object) =>
  example('aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule', {
    securityGroupId: 'sg-1',
    ipProtocol: 'tcp',
    ...inputs,
  });
const database = (inputs: object) =>
  example('aws:rds/instance:Instance', {
    instanceClass: 'db.t4g.micro',
    storageEncrypted: true,
    publiclyAccessible: false,
    tags,
    ...inputs,
  });
const logGroup = (retentionInDays?: number) =>
  example('aws:cloudwatch/logGroup:LogGroup', { tags, ...(retentionInDays && { retentionInDays }) });
const namespace = (name: string, level?: string) =>
  example('kubernetes:core/v1:Namespace', {
    metadata: { name, labels: { ...labels, ...(level && { 'pod-security.kubernetes.io/enforce': level }) } },
  });
const clusterRole = (verbs: readonly string[]) =>
  example('kubernetes:rbac.authorization.k8s.io/v1:ClusterRole', {
    rules: [{ apiGroups: [''], resources: ['pods'], verbs }],
  });

const azure = (type: string, inputs: object) =>
  example(`azure-native:${type}`, { resourceGroupName: 'shop', ...inputs });
const storage = (inputs: object) =>
  azure('storage:StorageAccount', {
    kind: 'StorageV2',
    sku: { name: 'Standard_LRS' },
    enableHttpsTrafficOnly: true,
    minimumTlsVersion: 'TLS1_2',
    allowBlobPublicAccess: false,
    tags,
    ...inputs,
  });
const bus = (inputs: object) =>
  azure('servicebus:Namespace', { minimumTlsVersion: '1.2', disableLocalAuth: true, tags, ...inputs });
const securityGroup = (sourceAddressPrefix: string, destinationPortRange: string) =>
  azure('network:NetworkSecurityGroup', {
    securityRules: [
      {
        access: 'Allow',
        direction: 'Inbound',
        protocol: 'Tcp',
        priority: 100,
        sourceAddressPrefix,
        destinationPortRange,
      },
    ],
    tags,
  });
const roleAssignment = (role: string, scope: string) =>
  example('azure-native:authorization:RoleAssignment', {
    principalId: 'x',
    roleDefinitionId: `/subscriptions/x/providers/Microsoft.Authorization/roleDefinitions/${role}`,
    scope: `/subscriptions/x/resourceGroups/shop${scope}`,
  });
const roleDefinition = (action: string) =>
  example('azure-native:authorization:RoleDefinition', { scope: '/', permissions: [{ actions: [action] }] });
const documents = (inputs: object) =>
  azure('cosmosdb:DatabaseAccount', {
    databaseAccountOfferType: 'Standard',
    locations: [{ locationName: 'northeurope' }],
    minimalTlsVersion: 'Tls12',
    disableLocalAuth: true,
    tags,
    ...inputs,
  });
const vault = (properties: object, inputs: object) =>
  azure('keyvault:Vault', {
    properties: { tenantId: 'x', sku: { family: 'A', name: 'standard' }, ...properties },
    ...inputs,
  });
const workspace = (retentionInDays?: number) =>
  azure('operationalinsights:Workspace', { tags, ...(retentionInDays && { retentionInDays }) });

const digest = `registry.example/web@sha256:${'0'.repeat(64)}`;
const safe = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
};
function deployment({ image = digest, security = safe as object, pod = {} }): Example {
  const container = {
    name: 'web',
    image,
    securityContext: security,
    resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { cpu: '200m', memory: '256Mi' } },
  };
  const securityContext = { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } };
  return example('kubernetes:apps/v1:Deployment', {
    metadata: { name: 'web', labels },
    spec: {
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { securityContext, containers: [container], ...pod },
      },
    },
  });
}

export const examples: Readonly<Record<string, Examples>> = {
  encryption: {
    bad: {
      'open-queue': example('aws:sqs/queue:Queue', { tags }),
      'open-topic': example('aws:sns/topic:Topic', { tags }),
      'open-database': database({ storageEncrypted: false }),
      'open-storage': storage({ enableHttpsTrafficOnly: false }),
      'old-bus': bus({ minimumTlsVersion: '1.0' }),
      'open-app': azure('web:WebApp', { tags }),
      'open-cache': azure('redisenterprise:Database', { clusterName: 'x', clientProtocol: 'Plaintext' }),
      'old-documents': documents({ minimalTlsVersion: 'Tls' }),
      'open-transport': azure('dbforpostgresql:Configuration', {
        serverName: 'x',
        configurationName: 'require_secure_transport',
        value: 'off',
      }),
      'plain-api': azure('apimanagement:Api', { serviceName: 'x', path: '', protocols: ['http', 'https'] }),
      'plain-route': azure('cdn:Route', {
        profileName: 'x',
        endpointName: 'x',
        supportedProtocols: ['Http'],
      }),
    },
    good: {
      'closed-storage': storage({}),
      'closed-bus': bus({}),
      'closed-app': azure('web:WebApp', { httpsOnly: true, tags }),
      'closed-queue': queue({}),
      'closed-topic': example('aws:sns/topic:Topic', { kmsMasterKeyId: 'alias/aws/sns', tags }),
      'closed-database': database({}),
      alarms: example('aws:sns/topic:Topic', { tags: { ...tags, component: 'monitoring' } }),
    },
  },
  'no-public-data': {
    bad: {
      'public-database': database({ publiclyAccessible: true }),
      'public-port': ingress({ cidrIpv4: '0.0.0.0/0', fromPort: 5432, toPort: 5432 }),
      'public-queue': example('aws:sqs/queuePolicy:QueuePolicy', {
        queueUrl: 'https://sqs.example/queue',
        policy: statement({ Principal: '*', Action: 'sqs:SendMessage', Resource: 'arn:aws:sqs:::queue' }),
      }),
      'public-bucket': example('aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock', {
        bucket: 'bucket',
        blockPublicAcls: true,
      }),
      'public-storage': storage({ allowBlobPublicAccess: true }),
      'public-container': azure('storage:BlobContainer', { accountName: 'x', publicAccess: 'Blob' }),
      'public-server': azure('dbforpostgresql:Server', { tags }),
      'public-cache': azure('redisenterprise:RedisEnterprise', {
        sku: { name: 'Balanced_B0' },
        minimumTlsVersion: '1.2',
        publicNetworkAccess: 'Enabled',
        tags,
      }),
      'public-group': securityGroup('Internet', '5000-6000'),
      'keyed-bus': bus({ disableLocalAuth: false }),
      'keyed-documents': documents({ disableLocalAuth: false }),
      'public-registry': azure('containerregistry:Registry', {
        sku: { name: 'Basic' },
        anonymousPullEnabled: true,
        tags,
      }),
      'vault-with-policies': vault({}, { tags }),
    },
    good: {
      'private-storage': storage({}),
      'web-group': securityGroup('Internet', '443'),
      'network-group': securityGroup('10.0.0.0/20', '5432'),
      'private-vault': vault({ enableRbacAuthorization: true }, { tags }),
      'web-port': ingress({ cidrIpv4: '0.0.0.0/0', fromPort: 443, toPort: 443 }),
      'network-port': ingress({ cidrIpv4: '10.0.0.0/16', fromPort: 5432, toPort: 5432 }),
      'topic-queue': example('aws:sqs/queuePolicy:QueuePolicy', {
        queueUrl: 'https://sqs.example/queue',
        policy: statement({
          Principal: '*',
          Action: 'sqs:SendMessage',
          Resource: 'arn:aws:sqs:::queue',
          Condition: { ArnEquals: { 'aws:SourceArn': 'arn:aws:sns:::topic' } },
        }),
      }),
    },
  },
  'no-wildcard': {
    bad: {
      'all-actions': rolePolicy({ Action: 'dynamodb:*', Resource: 'arn:aws:dynamodb:::table/orders' }),
      'all-tables': rolePolicy({ Action: ['dynamodb:GetItem'], Resource: '*' }),
      'all-but': rolePolicy({ NotAction: ['iam:CreateUser'], Resource: 'arn:aws:iam:::user/x' }),
      'all-of-storage': roleDefinition('Microsoft.Storage/*'),
    },
    good: {
      'one-action': roleDefinition('Microsoft.Storage/storageAccounts/read'),
      'one-table': rolePolicy({ Action: ['dynamodb:GetItem'], Resource: 'arn:aws:dynamodb:::table/orders' }),
      traces: rolePolicy({ Action: ['xray:PutTraceSegments'], Resource: '*' }),
    },
  },
  'no-broad-policy': {
    bad: {
      administrator: attachment('arn:aws:iam::aws:policy/AdministratorAccess'),
      owner: roleAssignment(
        '8e3af657-a8ff-443c-a75c-2fe8c4bcb635',
        '/providers/Microsoft.Storage/storageAccounts/x',
      ),
      'of-everything': roleAssignment('b7e6dc6d-f1e8-4753-8033-0f276bb0955b', ''),
    },
    good: {
      node: attachment('arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy'),
      'of-one': roleAssignment(
        'b7e6dc6d-f1e8-4753-8033-0f276bb0955b',
        '/providers/Microsoft.Storage/storageAccounts/x',
      ),
    },
  },
  'digest-images': {
    bad: { 'by-tag': deployment({ image: 'registry.example/web:latest' }) },
    good: {
      'by-digest': deployment({}),
      collector: deployment({ image: 'docker.io/otel/opentelemetry-collector-contrib:0.139.0' }),
    },
  },
  'log-retention': {
    bad: {
      'kept-for-ever': logGroup(),
      'kept-for-years': workspace(730),
      'kept-as-it-comes': azure('applicationinsights:Component', {
        kind: 'web',
        applicationType: 'web',
        tags,
      }),
      'own-log-group': example('aws:lambda/function:Function', { role: 'arn:aws:iam:::role/x', tags }),
    },
    good: {
      'kept-a-month': logGroup(30),
      'kept-a-quarter': workspace(90),
      'given-log-group': example('aws:lambda/function:Function', {
        role: 'arn:aws:iam:::role/x',
        tags,
        loggingConfig: { logFormat: 'JSON', logGroup: 'x' },
      }),
    },
  },
  tags: {
    bad: {
      'untagged-queue': queue({ tags: { project: 'shop' } }),
      'untagged-vault': vault({ enableRbacAuthorization: true }, {}),
      'unlabelled-account': example('kubernetes:core/v1:ServiceAccount', { metadata: { name: 'web' } }),
    },
    good: {
      'tagged-queue': queue({}),
      'tagged-storage': storage({}),
      'labelled-account': example('kubernetes:core/v1:ServiceAccount', { metadata: { name: 'api', labels } }),
    },
  },
  'pod-security': {
    bad: {
      'root-pod': deployment({ pod: { securityContext: { seccompProfile: { type: 'RuntimeDefault' } } } }),
      'writable-pod': deployment({ security: { ...safe, readOnlyRootFilesystem: false } }),
      'host-pod': deployment({ pod: { hostNetwork: true } }),
    },
    good: { 'safe-pod': deployment({}) },
  },
  'namespace-security': {
    bad: {
      anything: namespace('anything'),
      baseline: namespace('baseline', 'baseline'),
      'open-entrance': namespace('shop-entrance', 'privileged'),
    },
    good: { shop: namespace('shop', 'restricted'), mesh: namespace('istio-system', 'privileged') },
  },
  'cluster-permissions': {
    bad: {
      'all-verbs': clusterRole(['*']),
      administrators: example('kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding', {
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      }),
    },
    good: { readers: clusterRole(['get', 'list']) },
  },
};
