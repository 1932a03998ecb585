import type { CloudObject } from '../../cloud.ts';
import type { Made, Request } from '../../model.ts';
import { isUnknown, textsIn } from '../../values.ts';
import { addressesOf } from './addresses.ts';

const aws = (...types: string[]) => types.map((type) => `aws:${type}`);
const subnet = aws('ec2/subnet:Subnet');
const securityGroup = aws('ec2/securityGroup:SecurityGroup', 'eks/cluster:Cluster');
const role = aws('iam/role:Role');
const bucket = aws('s3/bucket:Bucket', 's3/bucketV2:BucketV2');
const lambda = aws('lambda/function:Function', 'lambda/alias:Alias');
const targetGroup = aws('lb/targetGroup:TargetGroup', 'alb/targetGroup:TargetGroup');
const loadBalancer = aws('lb/loadBalancer:LoadBalancer', 'alb/loadBalancer:LoadBalancer');
const key = aws('kms/key:Key', 'kms/alias:Alias');

/** Inputs, at any depth, that name another object: by id, ARN or name. */
const references: Readonly<Record<string, readonly string[]>> = {
  allocationId: aws('ec2/eip:Eip'),
  apiId: aws('apigatewayv2/api:Api'),
  authorizerId: aws('apigatewayv2/authorizer:Authorizer'),
  autoscalingGroupName: aws('eks/nodeGroup:NodeGroup', 'autoscaling/group:Group'),
  clusterName: aws('eks/cluster:Cluster'),
  connectionId: aws('apigatewayv2/vpcLink:VpcLink'),
  dbSubnetGroupName: aws('rds/subnetGroup:SubnetGroup'),
  eventSourceArn: aws('sqs/queue:Queue', 'dynamodb/table:Table'),
  executionRole: role,
  executionRoleArn: role,
  kmsKeyArn: key,
  kmsKeyId: key,
  kmsMasterKeyId: key,
  lbTargetGroupArn: targetGroup,
  loadBalancerArn: loadBalancer,
  natGatewayId: aws('ec2/natGateway:NatGateway'),
  nodeRoleArn: role,
  originAccessControlId: aws('cloudfront/originAccessControl:OriginAccessControl'),
  parameterGroupName: aws('rds/parameterGroup:ParameterGroup'),
  policyArn: aws('iam/policy:Policy'),
  principalArn: role,
  queueUrl: aws('sqs/queue:Queue'),
  referencedSecurityGroupId: securityGroup,
  roleArn: role,
  routeTableId: aws('ec2/routeTable:RouteTable', 'ec2/vpc:Vpc'),
  routeTableIds: aws('ec2/routeTable:RouteTable', 'ec2/vpc:Vpc'),
  secretId: aws('secretsmanager/secret:Secret'),
  securityGroupId: securityGroup,
  securityGroupIds: securityGroup,
  securityGroups: securityGroup,
  sourceSecurityGroupId: securityGroup,
  subnetId: subnet,
  subnetIds: subnet,
  subnets: subnet,
  targetGroupArn: targetGroup,
  vpcId: aws('ec2/vpc:Vpc'),
  vpcSecurityGroupIds: securityGroup,
  webAclArn: aws('wafv2/webAcl:WebAcl'),
};

/** The same, where a name means different things by type. */
const ownReferences: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'aws:cloudwatch/eventTarget:EventTarget': { rule: aws('cloudwatch/eventRule:EventRule') },
  'aws:ecr/lifecyclePolicy:LifecyclePolicy': { repository: aws('ecr/repository:Repository') },
  'aws:iam/instanceProfile:InstanceProfile': { role },
  'aws:iam/rolePolicy:RolePolicy': { role },
  'aws:iam/rolePolicyAttachment:RolePolicyAttachment': { role },
  'aws:lambda/eventSourceMapping:EventSourceMapping': { functionName: lambda },
  'aws:lambda/function:Function': { role },
  'aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig': { functionName: lambda },
  'aws:lambda/permission:Permission': { function: lambda },
  'aws:s3/bucketObject:BucketObject': { bucket },
  'aws:s3/bucketObjectv2:BucketObjectv2': { bucket },
  'aws:s3/bucketPolicy:BucketPolicy': { bucket },
  'aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock': { bucket },
  'aws:sns/topicPolicy:TopicPolicy': { arn: aws('sns/topic:Topic') },
  'aws:sns/topicSubscription:TopicSubscription': { topic: aws('sns/topic:Topic') },
};

/** AWS's own, which nobody makes: managed policies, service-linked roles, its keys, a user or an account as a whole, its layers. */
const ofAws =
  /^arn:aws:(iam|eks)::aws:|:role\/aws-service-role\/|^alias\/aws\/|^arn:aws:(iam|sts)::\d{12}:(root$|user\/|assumed-role\/)|^local$|:901920570463:layer:aws-otel-/;
const arn = /^arn:aws[a-z-]*:[^:]*:[^:]*:(\d{12}):/;

interface Reference {
  readonly path: string;
  readonly text: string;
  readonly types: readonly string[];
}

function referencesIn(type: string, inputs: Request['inputs']): Reference[] {
  return [...textsIn(inputs)].flatMap(({ path, property, text }) => {
    const types = ownReferences[type]?.[property] ?? references[property];
    return types && text !== '' && !isUnknown(text) && !ofAws.test(text) ? [{ path, text, types }] : [];
  });
}

/** What the inputs name and the cloud does not have. */
export function danglingReferences({ type, inputs, cloud }: Request): string[] {
  const named = referencesIn(type, inputs).flatMap(({ path, text, types }) =>
    cloud.objects(...types).some((object) => isAt(object, text))
      ? []
      : [`InvalidParameter: ${path} names ${text}, and there is no such ${types.map(lastWord).join(' or ')}`],
  );
  const foreign = [...textsIn(inputs)].flatMap(({ path, text }) => {
    const account = arn.exec(text)?.[1];
    if (account === undefined || ofAws.test(text)) return [];
    if (account !== cloud.account) return [`AccessDenied: ${path} is ${text}, of another account`];
    const known = cloud
      .objects()
      .some((object) => addressesOf(object).some((address) => leadsTo(address, text)));
    return known ? [] : [`InvalidParameter: ${path} names ${text}, which does not exist`];
  });
  return [...named, ...foreign];
}

/** Who still refers to an object that is to go. */
export function holdersOf({ type, id, cloud }: Pick<Made, 'type' | 'id' | 'cloud'>): string[] {
  const object = cloud.get(type, id);
  if (!object) return [];
  return cloud
    .objects()
    .flatMap((other) =>
      other !== object &&
      referencesIn(other.type, other.inputs).some(
        ({ text, types }) => types.includes(type) && isAt(object, text),
      )
        ? [`DependencyViolation: ${lastWord(type)} ${id} is in use by ${lastWord(other.type)} ${other.name}`]
        : [],
    );
}

const lastWord = (type: string) => type.split(':').at(-1) ?? type;

function isAt(object: CloudObject, text: string): boolean {
  if (addressesOf(object).includes(text)) return true;
  // A cluster has a security group of its own, and a node group an autoscaling group.
  return (
    /Cluster$|NodeGroup$/.test(object.type) && [...textsIn(object.outputs)].some((held) => held.text === text)
  );
}

/** An address itself, or something within it: a log group's streams, a table's index, an API's routes. */
const leadsTo = (address: string, text: string) =>
  text === address || (text.startsWith(address) && /^[:/]/.test(text.slice(address.length)));
