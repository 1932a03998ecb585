import type { CloudObject } from '../../cloud.ts';
import type { Context, Made } from '../../model.ts';

/** The partition, region and account of everything that is made. */
export const regionOf = ({ config }: Pick<Context, 'config'>): string =>
  typeof config.region === 'string' ? config.region : 'eu-west-1';

type Arn = (made: Made, region: string, account: string) => string;

const text = (value: unknown) => String(value ?? '');
const regional =
  (service: string, resource: (made: Made) => string): Arn =>
  (made, region, account) =>
    `arn:aws:${service}:${region}:${account}:${resource(made)}`;
const global =
  (service: string, resource: (made: Made) => string): Arn =>
  (made, _region, account) =>
    `arn:aws:${service}::${account}:${resource(made)}`;
const named =
  (prefix = '') =>
  ({ inputs }: Made) =>
    `${prefix}${text(inputs.name)}`;

/** As AWS writes them; types that are not here get `<service>:…:<type>/<id>`, which is right for most. */
const arns: Readonly<Record<string, Arn>> = {
  'aws:apigatewayv2/api:Api': (made, region) => `arn:aws:apigateway:${region}::/apis/${made.id}`,
  'aws:cloudfront/distribution:Distribution': global('cloudfront', ({ id }) => `distribution/${id}`),
  'aws:cloudwatch/eventRule:EventRule': regional('events', named('rule/')),
  'aws:cloudwatch/logGroup:LogGroup': regional('logs', named('log-group:')),
  'aws:cloudwatch/metricAlarm:MetricAlarm': regional('cloudwatch', named('alarm:')),
  'aws:dynamodb/table:Table': regional('dynamodb', named('table/')),
  'aws:ecr/repository:Repository': regional('ecr', named('repository/')),
  'aws:eks/cluster:Cluster': regional('eks', named('cluster/')),
  'aws:elasticache/serverlessCache:ServerlessCache': regional('elasticache', named('serverlesscache:')),
  'aws:iam/policy:Policy': global(
    'iam',
    ({ inputs }) => `policy${text(inputs.path ?? '/')}${text(inputs.name)}`,
  ),
  'aws:iam/role:Role': global('iam', ({ inputs }) => `role${text(inputs.path ?? '/')}${text(inputs.name)}`),
  'aws:kms/key:Key': regional('kms', ({ id }) => `key/${id}`),
  'aws:lambda/function:Function': regional('lambda', named('function:')),
  'aws:lb/listener:Listener': regional('elasticloadbalancing', ({ id }) => `listener/net/${id}`),
  'aws:lb/loadBalancer:LoadBalancer': regional(
    'elasticloadbalancing',
    ({ inputs, id }) => `loadbalancer/net/${text(inputs.name)}/${id}`,
  ),
  'aws:lb/targetGroup:TargetGroup': regional(
    'elasticloadbalancing',
    ({ inputs, id }) => `targetgroup/${text(inputs.name)}/${id}`,
  ),
  'aws:rds/instance:Instance': regional('rds', ({ inputs }) => `db:${text(inputs.identifier)}`),
  'aws:rds/subnetGroup:SubnetGroup': regional('rds', named('subgrp:')),
  'aws:s3/bucket:Bucket': ({ inputs }) => `arn:aws:s3:::${text(inputs.bucket)}`,
  'aws:s3/bucketV2:BucketV2': ({ inputs }) => `arn:aws:s3:::${text(inputs.bucket)}`,
  'aws:scheduler/schedule:Schedule': regional('scheduler', named('schedule/default/')),
  'aws:secretsmanager/secret:Secret': regional(
    'secretsmanager',
    ({ inputs, id }) => `secret:${text(inputs.name)}-${id.slice(-6)}`,
  ),
  'aws:sns/topic:Topic': regional('sns', named()),
  'aws:sqs/queue:Queue': regional('sqs', named()),
};

const services: Readonly<Record<string, string>> = {
  alb: 'elasticloadbalancing',
  lb: 'elasticloadbalancing',
  vpc: 'ec2',
};

export function arnOf(made: Made): string {
  const [, path = '', kind = ''] = made.type.split(':');
  const service = path.split('/')[0] ?? '';
  const make =
    arns[made.type] ?? regional(services[service] ?? service, ({ id }) => `${kind.toLowerCase()}/${id}`);
  return make(made, regionOf(made), made.cloud.account);
}

/** By what others may refer to an object: its id, ARN, name and the like. */
export function addressesOf({ id, outputs }: CloudObject): string[] {
  return [id, ...Object.values(outputs).filter((value) => typeof value === 'string')];
}
