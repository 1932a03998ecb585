import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { clientDefaults } from '../../runtime/adapters/aws/clients.ts';
import { startDynamoDb } from '../../stand-ins/dynamodb.ts';
import { startSnsSqs } from '../../stand-ins/sns-sqs.ts';
import { atEnd } from './at-end.ts';
import { freePort } from './free-port.ts';

/** Stand-ins and clients of them: one of each a mocha process, started by the first test that asks. */
export interface AwsStandIns {
  readonly dynamoDb: DynamoDBClient;
  readonly sns: SNSClient;
  readonly sqs: SQSClient;
  /** For the streams. */
  readonly dynamoDbEndpoint: string;
  readonly snsSqsEndpoint: string;
}

const credentials = { accessKeyId: 'standin', secretAccessKey: 'standin' };

/** The shop's own client settings, pointed at a stand-in. */
export const standInClient = (endpoint: string) => ({
  ...clientDefaults,
  endpoint,
  region: 'us-east-1',
  credentials,
});

let started: Promise<AwsStandIns> | undefined;
let names = 0;

async function start(): Promise<AwsStandIns> {
  const [dynamo, messages] = await Promise.all([startDynamoDb({ port: await freePort() }), startSnsSqs()]);
  const aws: AwsStandIns = {
    dynamoDb: new DynamoDBClient(standInClient(dynamo.endpoint)),
    sns: new SNSClient(standInClient(messages.endpoint)),
    sqs: new SQSClient(standInClient(messages.endpoint)),
    dynamoDbEndpoint: dynamo.endpoint,
    snsSqsEndpoint: messages.endpoint,
  };
  atEnd(async () => {
    for (const client of [aws.dynamoDb, aws.sns, aws.sqs]) client.destroy();
    await Promise.all([dynamo.stop(), messages.stop()]);
  });
  return aws;
}

export function awsStandIns(): Promise<AwsStandIns> {
  started ??= start();
  return started;
}

/** A prefix that no table and queue of this process has yet. */
export function freshPrefix(): string {
  names += 1;
  return `test${names}-`;
}
