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

export const noWildcard: Rule = {
  name: 'no-wildcard',
  description: 'Every statement of a policy names its actions and its resources.',
  against: (resource) => documentsOf(resource).flatMap(statementsOf).flatMap(problemsOf),
};

/** Of AWS's own policies these are needed by the cluster and its nodes, and are bound to what they manage. */
const needed =
  /^arn:aws[a-z-]*:iam::aws:policy\/(AmazonEKS(Cluster|WorkerNode|WorkerNodeMinimal|_CNI_)Policy|AmazonEC2ContainerRegistry(ReadOnly|PullOnly)|AmazonSSMManagedInstanceCore|service-role\/AWSLambdaBasicExecutionRole|CloudWatchAgentServerPolicy|AWSXrayWriteOnlyAccess)$/;

export const noBroadPolicy: Rule = {
  name: 'no-broad-policy',
  description: 'Of AWS’s own policies only those that a cluster and its nodes need are attached.',
  against: ({ type, inputs }) => {
    const attached = {
      'aws:iam/role:Role': texts(inputs.managedPolicyArns),
      'aws:iam/rolePolicyAttachment:RolePolicyAttachment': texts(inputs.policyArn),
    }[type];
    return (attached ?? [])
      .filter((arn) => /:iam::aws:policy\//.test(arn) && !needed.test(arn))
      .map((arn) => `attaches ${arn}: write a policy with what is needed`);
  },
};
