import { at, isObject, type Resource, type Rule } from '../rule.ts';

const wanted = ['project', 'stack', 'component', 'cost'];
const labels = [
  'app.kubernetes.io/part-of',
  'app.kubernetes.io/instance',
  'app.kubernetes.io/component',
  'cost',
];

/** Those of the types in use that take tags; their SDK does not tell a policy. */
const taggable = new RegExp(
  `^aws:(${[
    'apigatewayv2/(api|stage|vpcLink)',
    'budgets/budget',
    'cloudfront/distribution',
    'cloudwatch/(eventRule|logGroup|metricAlarm)',
    'dynamodb/table',
    'ec2/(defaultSecurityGroup|eip|internetGateway|launchTemplate|natGateway|routeTable|securityGroup|subnet|vpc|vpcEndpoint)',
    'ecr/repository',
    'eks/(accessEntry|addon|cluster|nodeGroup|podIdentityAssociation)',
    'elasticache/serverlessCache',
    'iam/(policy|role)',
    'kms/key',
    'lambda/(eventSourceMapping|function)',
    'lb/(listener|loadBalancer|targetGroup)',
    'rds/(instance|parameterGroup|subnetGroup)',
    's3/(bucket|bucketObjectv2)',
    'secretsmanager/secret',
    'sesv2/emailIdentity',
    'sns/topic',
    'sqs/queue',
    'wafv2/webAcl',
  ].join('|')}):`,
);

const taggableOnAzure = new RegExp(
  `^azure-native:(${[
    'apimanagement:ApiManagementService',
    'applicationinsights:(Component|Workbook)',
    'cdn:(AFDEndpoint|Profile)',
    'communication:(CommunicationService|Domain|EmailService)',
    'containerregistry:Registry',
    'containerservice:ManagedCluster',
    'cosmosdb:(DatabaseAccount|SqlResourceSqlContainer|SqlResourceSqlDatabase)',
    'dbforpostgresql:Server',
    'frontdoor:Policy',
    'keyvault:(Secret|Vault)',
    'managedidentity:UserAssignedIdentity',
    'monitor:(ActionGroup|DataCollectionRule|MetricAlert|ScheduledQueryRule)',
    'network:(NatGateway|NetworkSecurityGroup|PrivateEndpoint|PublicIPAddress|VirtualNetwork)',
    'operationalinsights:Workspace',
    'privatedns:(PrivateZone|VirtualNetworkLink)',
    'redisenterprise:RedisEnterprise',
    'resources:(Deployment|ResourceGroup)',
    'servicebus:Namespace',
    'storage:StorageAccount',
    'web:(AppServicePlan|WebApp)',
  ].join('|')})$`,
);

function tagsOf({ inputs, providerInputs }: Resource): Record<string, unknown> {
  // Configuration of a provider is text, objects in it as JSON.
  const { defaultTags } = providerInputs;
  const defaults: unknown = typeof defaultTags === 'string' ? JSON.parse(defaultTags) : defaultTags;
  const byDefault = at(defaults, 'tags');
  return { ...(isObject(byDefault) && byDefault), ...(isObject(inputs.tags) && inputs.tags) };
}

export const tags: Rule = {
  name: 'tags',
  description: `Everything says what it belongs to and is paid for: tags ${wanted.join(', ')}, or labels on Kubernetes.`,
  against: (resource) => {
    const isKubernetes = /^kubernetes:(core|apps|batch|networking\.k8s\.io|policy|autoscaling)\//.test(
      resource.type,
    );
    if (!isKubernetes && !taggable.test(resource.type) && !taggableOnAzure.test(resource.type)) return [];
    const held = isKubernetes ? at(resource.inputs, 'metadata.labels') : tagsOf(resource);
    const missing = (isKubernetes ? labels : wanted).filter(
      (name) => !isObject(held) || held[name] === undefined,
    );
    return missing.length === 0 ? [] : [`lacks ${missing.join(', ')}`];
  },
};
