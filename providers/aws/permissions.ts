import * as pulumi from '@pulumi/pulumi';
import type { Grant } from '../../components/grants.ts';
import type { DocumentTable } from './documents.ts';
import type { ConsumerQueues } from './messaging.ts';

/** One statement of an IAM policy that allows. */
export interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: readonly pulumi.Input<string>[];
}

/** Where grants find the ARNs of what they name. */
export interface Named {
  table(name: string): DocumentTable;
  queue(consumer: string): ConsumerQueues;
  secretArn(name: string): pulumi.Output<string>;
  readonly topicArn: pulumi.Output<string>;
  readonly failuresArn: pulumi.Output<string>;
  readonly metricsLogGroupArn: pulumi.Output<string>;
  /** There when the shop sends mail by SES. */
  readonly mailIdentityArn?: pulumi.Output<string>;
}

/**
 * Actions that IAM ties to no resource (service authorization reference: X-Ray; SNS, publishing to a phone number).
 * Only these may stand with the resource `*`; a test holds it.
 */
export const unscopableActions = [
  'xray:PutTraceSegments',
  'xray:PutTelemetryRecords',
  'sns:Publish',
] as const;

/** The least that a grant needs on AWS, as the services' adapters and Lambda's pollers call it. */
export function statementsOf(grant: Grant, named: Named): Statement[] {
  const sid = (...parts: string[]) => parts.map(capitalized).join('');
  const allow = (
    Sid: string,
    Action: readonly string[],
    ...Resource: readonly pulumi.Input<string>[]
  ): Statement => ({ Sid, Effect: 'Allow', Action, Resource });
  switch (grant.kind) {
    case 'table': {
      const { arn, indexNames, streamArn } = named.table(grant.name);
      const name = sid(grant.intent, grant.name);
      if (grant.intent === 'write')
        return [
          allow(
            name,
            [
              'dynamodb:PutItem',
              'dynamodb:UpdateItem',
              'dynamodb:DeleteItem',
              'dynamodb:BatchWriteItem',
              'dynamodb:ConditionCheckItem',
            ],
            arn,
          ),
        ];
      if (grant.intent === 'read')
        return [
          allow(
            name,
            ['dynamodb:GetItem', 'dynamodb:Query'],
            arn,
            ...indexNames.map((index) => pulumi.interpolate`${arn}/index/${index}`),
          ),
        ];
      return [
        allow(
          name,
          [
            'dynamodb:DescribeStream',
            'dynamodb:GetRecords',
            'dynamodb:GetShardIterator',
            'dynamodb:ListStreams',
          ],
          streamArn,
        ),
        // What the stream's poller cannot hand over.
        allow(sid('giveUp', grant.name), ['sqs:SendMessage'], named.failuresArn),
      ];
    }
    case 'topic':
      return [allow(sid('publishEvents'), ['sns:Publish'], named.topicArn)];
    case 'queue': {
      const { queueArn, deadLetterQueueArn } = named.queue(grant.name);
      return [
        allow(
          sid('take', grant.name),
          [
            'sqs:ReceiveMessage',
            'sqs:DeleteMessage',
            'sqs:GetQueueAttributes',
            'sqs:ChangeMessageVisibility',
            'sqs:GetQueueUrl',
            'sqs:SendMessage',
          ],
          queueArn,
        ),
        allow(sid('giveUp', grant.name), ['sqs:GetQueueUrl', 'sqs:SendMessage'], deadLetterQueueArn),
      ];
    }
    case 'secret':
      return [allow(sid('read', grant.name), ['secretsmanager:GetSecretValue'], named.secretArn(grant.name))];
    case 'mail': {
      if (!named.mailIdentityArn)
        throw new Error('a grant sends mail, and there is no identity to send it as');
      return [allow('SendMail', ['ses:SendEmail'], named.mailIdentityArn)];
    }
    case 'sms':
      return [allow('SendSms', ['sns:Publish'], '*')];
    case 'traces':
      return [allow('WriteTraces', ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], '*')];
    case 'metrics':
      return [
        allow(
          'WriteMetrics',
          ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
          named.metricsLogGroupArn,
          pulumi.interpolate`${named.metricsLogGroupArn}:*`,
        ),
      ];
  }
}

/** Statements as the text of a policy. */
export function policyText(statements: readonly Statement[]): pulumi.Output<string> {
  return pulumi.jsonStringify({ Version: '2012-10-17', Statement: statements });
}

/** Which service may take a role. */
export function trustText(
  service: string,
  actions: readonly string[] = ['sts:AssumeRole'],
  condition?: object,
): pulumi.Output<string> {
  return pulumi.jsonStringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: service },
        Action: actions,
        ...(condition && { Condition: condition }),
      },
    ],
  });
}

/** A statement's id has letters and digits only. */
const capitalized = (part: string) =>
  part
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
