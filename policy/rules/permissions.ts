import { listed, type Resource, type Rule, statementsOf, texts, type Values } from '../rule.ts';

/**
 * Actions that IAM ties to no resource (service authorization reference; `sns:Publish` to a phone number): only these
 * may stand with the resource `*`.
 */
const unscopable = [
  'cloudwatch:PutMetricData',
  'ecr:GetAuthorizationToken',
  'sns:Publish',
  'xray:PutTelemetryRecords',
  'xray:PutTraceSegments',
];

function documentsOf({ type, inputs }: Resource): unknown[] {
  if (/^aws:iam\/(policy|rolePolicy|userPolicy|groupPolicy):/.test(type)) return [inputs.policy];
  if (type === 'aws:iam/role:Role') return listed(inputs.inlinePolicies).map(({ policy }) => policy);
  return [];
}

function problemsOf({ Effect, Action, Resource, NotAction, NotResource }: Values): string[] {
  if (Effect !== 'Allow') return [];
  const actions = texts(Action);
  const wide = actions.filter((action) => action.includes('*'));
  const everything = texts(Resource).includes('*')
    ? actions.filter((action) => !unscopable.includes(action))
    : [];
  return [
    ...(NotAction === undefined ? [] : ['allows all but some actions (NotAction)']),
    ...(NotResource === undefined ? [] : ['allows all but some resources (NotResource)']),
    ...wide.map((action) => `allows ${action}: name the actions`),
    ...everything.map((action) => `allows ${action} on every resource: name them`),
  ];
}

/** Roles that the program makes on Azure. */
function rolesOnAzure({ type, inputs }: Resource): string[] {
  if (!/^azure-native:(authorization:RoleDefinition|cosmosdb:SqlResourceSqlRoleDefinition)$/.test(type))
    return [];
  return listed(inputs.permissions)
    .flatMap(({ actions, dataActions }) => [...texts(actions), ...texts(dataActions)])
    .filter((action) => action.includes('*'))
    .map((action) => `allows ${action}: name the actions`);
}

export const noWildcard: Rule = {
  name: 'no-wildcard',
  description: 'Every statement of a policy names its actions and its resources.',
  against: (resource) => [
    ...documentsOf(resource).flatMap(statementsOf).flatMap(problemsOf),
    ...rolesOnAzure(resource),
  ],
};

/** Of AWS's own policies these are needed by the cluster and its nodes, and are bound to what they manage. */
const needed =
  /^arn:aws[a-z-]*:iam::aws:policy\/(AmazonEKS(Cluster|WorkerNode|WorkerNodeMinimal|_CNI_)Policy|AmazonEC2ContainerRegistry(ReadOnly|PullOnly)|AmazonSSMManagedInstanceCore|service-role\/AWSLambdaBasicExecutionRole|CloudWatchAgentServerPolicy|AWSXrayWriteOnlyAccess)$/;

/** Of Azure's own roles, those with which somebody can do everything, or give it to themselves (learn.microsoft.com, built-in roles). */
const broadRoles: Readonly<Record<string, string>> = {
  '8e3af657-a8ff-443c-a75c-2fe8c4bcb635': 'Owner',
  'b24988ac-6180-42a0-ab88-20f7382dd24c': 'Contributor',
  '18d7d88d-d35e-4fb5-a5c3-7773c20a72d9': 'User Access Administrator',
};
const wholeGroup = /^\/subscriptions\/[^/]+(\/resourceGroups\/[^/]+)?$/i;

function assignmentOnAzure({ type, inputs }: Resource): string[] {
  if (type !== 'azure-native:authorization:RoleAssignment') return [];
  const broad = broadRoles[String(inputs.roleDefinitionId).split('/').at(-1)?.toLowerCase() ?? ''];
  return [
    ...(broad === undefined ? [] : [`makes somebody ${broad}: give a role with what is needed`]),
    ...(wholeGroup.test(String(inputs.scope))
      ? [`gives a role on all that is in ${String(inputs.scope)}: name the resource`]
      : []),
  ];
}

export const noBroadPolicy: Rule = {
  name: 'no-broad-policy',
  description:
    'Of a cloud’s own policies and roles only those that are needed are given, and on what they are needed for.',
  against: (resource) => {
    const { type, inputs } = resource;
    if (type.startsWith('azure-native:')) return assignmentOnAzure(resource);
    const attached = {
      'aws:iam/role:Role': texts(inputs.managedPolicyArns),
      'aws:iam/rolePolicyAttachment:RolePolicyAttachment': texts(inputs.policyArn),
    }[type];
    return (attached ?? [])
      .filter((arn) => /:iam::aws:policy\//.test(arn) && !needed.test(arn))
      .map((arn) => `attaches ${arn}: write a policy with what is needed`);
  },
};
