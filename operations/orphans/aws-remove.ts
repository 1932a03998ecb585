/** By service and kind of an ARN: what deletes it. The name is all that comes after the kind. */
const commands: readonly (readonly [RegExp, (name: string, arn: string) => string])[] = [
  [/:dynamodb:.*:table\//, (name) => `dynamodb delete-table --table-name ${name}`],
  [/:ec2:.*:elastic-ip\//, (name) => `ec2 release-address --allocation-id ${name}`],
  [/:ec2:.*:instance\//, (name) => `ec2 terminate-instances --instance-ids ${name}`],
  [/:ec2:.*:internet-gateway\//, (name) => `ec2 delete-internet-gateway --internet-gateway-id ${name}`],
  [/:ec2:.*:launch-template\//, (name) => `ec2 delete-launch-template --launch-template-id ${name}`],
  [/:ec2:.*:natgateway\//, (name) => `ec2 delete-nat-gateway --nat-gateway-id ${name}`],
  [/:ec2:.*:network-interface\//, (name) => `ec2 delete-network-interface --network-interface-id ${name}`],
  [/:ec2:.*:route-table\//, (name) => `ec2 delete-route-table --route-table-id ${name}`],
  [/:ec2:.*:security-group\//, (name) => `ec2 delete-security-group --group-id ${name}`],
  [/:ec2:.*:subnet\//, (name) => `ec2 delete-subnet --subnet-id ${name}`],
  [/:ec2:.*:volume\//, (name) => `ec2 delete-volume --volume-id ${name}`],
  [/:ec2:.*:vpc-endpoint\//, (name) => `ec2 delete-vpc-endpoints --vpc-endpoint-ids ${name}`],
  [/:ec2:.*:vpc\//, (name) => `ec2 delete-vpc --vpc-id ${name}`],
  [/:ecr:.*:repository\//, (name) => `ecr delete-repository --force --repository-name ${name}`],
  [/:eks:.*:cluster\//, (name) => `eks delete-cluster --name ${name}`],
  [
    /:elasticache:.*:serverlesscache:/,
    (name) => `elasticache delete-serverless-cache --serverless-cache-name ${name}`,
  ],
  [
    /:elasticloadbalancing:.*:loadbalancer\//,
    (_, arn) => `elbv2 delete-load-balancer --load-balancer-arn ${arn}`,
  ],
  [
    /:elasticloadbalancing:.*:targetgroup\//,
    (_, arn) => `elbv2 delete-target-group --target-group-arn ${arn}`,
  ],
  [/:lambda:.*:function:/, (name) => `lambda delete-function --function-name ${name}`],
  [/:logs:.*:log-group:/, (name) => `logs delete-log-group --log-group-name ${name}`],
  [/:cloudwatch:.*:alarm:/, (name) => `cloudwatch delete-alarms --alarm-names ${name}`],
  [/:rds:.*:db:/, (name) => `rds delete-db-instance --skip-final-snapshot --db-instance-identifier ${name}`],
  [/:rds:.*:snapshot:/, (name) => `rds delete-db-snapshot --db-snapshot-identifier ${name}`],
  [/:rds:.*:subgrp:/, (name) => `rds delete-db-subnet-group --db-subnet-group-name ${name}`],
  [/:rds:.*:pg:/, (name) => `rds delete-db-parameter-group --db-parameter-group-name ${name}`],
  [/:s3:::/, (name) => `s3 rb --force s3://${name}`],
  [
    /:secretsmanager:.*:secret:/,
    (_, arn) => `secretsmanager delete-secret --force-delete-without-recovery --secret-id ${arn}`,
  ],
  [/:sns:[^:]*:[^:]*:/, (_, arn) => `sns delete-topic --topic-arn ${arn}`],
];

/** In the region that the ARN names, or the stack's where it names none. */
export function removeCommand(arn: string, region: string): string {
  const [, , , where] = arn.split(':');
  const ofRegion = `--region ${where || region}`;
  if (/^arn:[^:]*:sqs:/.test(arn)) {
    const [, , , , account, name] = arn.split(':');
    const url = `https://sqs.${where}.amazonaws.com/${account}/${name}`;
    return `aws sqs delete-queue --queue-url ${url} ${ofRegion}`;
  }
  for (const [pattern, command] of commands) {
    const kind = pattern.exec(arn);
    if (kind) return `aws ${command(arn.slice(kind.index + kind[0].length), arn)} ${ofRegion}`;
  }
  return `no command is known: find ${arn} in the console, or \`aws help\``;
}
