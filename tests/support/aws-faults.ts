import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { SNSClient, type SNSClientConfig } from '@aws-sdk/client-sns';
import { SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';
import { type AwsStandIns, awsStandIns, standInClient } from './aws.ts';

/** What happens to one request of a client: nothing when it is let through. */
export type Fault = (
  command: string,
  send: () => Promise<{ output: object }>,
) => Promise<{ output: object }> | undefined;

type FaultyClients = Pick<AwsStandIns, 'dynamoDb' | 'sns' | 'sqs'>;

/**
 * The shop's clients with a fault in each request, below their retries: as if the service, or the way to it, had it.
 * A retry waits for next to nothing.
 */
export async function clientsWith(fault: Fault, maxAttempts = 4): Promise<FaultyClients> {
  const { dynamoDbEndpoint, snsSqsEndpoint } = await awsStandIns();
  const config = (endpoint: string) => ({ ...standInClient(endpoint), maxAttempts });
  return {
    dynamoDb: spoil(new DynamoDBClient(config(dynamoDbEndpoint) as DynamoDBClientConfig), fault),
    sns: spoil(new SNSClient(config(snsSqsEndpoint) as SNSClientConfig), fault),
    sqs: spoil(new SQSClient(config(snsSqsEndpoint) as SQSClientConfig), fault),
  };
}

/** As much of a client as the faults need. */
interface Client {
  readonly middlewareStack: { add(middleware: never, options: object): void };
}

function spoil<C extends Client>(client: C, fault: Fault): C {
  const middleware =
    (next: (args: unknown) => Promise<{ output: object }>, context: { commandName: string }) =>
    (args: unknown) =>
      fault(context.commandName.replace(/Command$/, ''), () => next(args)) ?? next(args);
  client.middlewareStack.add(middleware as never, {
    step: 'finalizeRequest',
    priority: 'low',
    name: 'fault',
  });
  return client;
}

/** An error as the service answers it. */
export function serviceError(name: string, httpStatusCode = 400, more: object = {}): Error {
  const $fault = httpStatusCode >= 500 ? 'server' : 'client';
  return Object.assign(new Error(`${name} (planted)`), {
    name,
    $fault,
    $metadata: { httpStatusCode },
    ...more,
  });
}

/** The connection breaks. */
export const brokenConnection = (): Error =>
  Object.assign(new Error('socket hang up (planted)'), { code: 'ECONNRESET' });

/** The fault for the first `times` requests of a command. */
export function firstTimes(times: number, command: string, fault: Fault): Fault {
  let left = times;
  return (name, send) => {
    if (name !== command || left === 0) return undefined;
    left -= 1;
    return fault(name, send);
  };
}

export const answering =
  (error: () => Error): Fault =>
  () =>
    Promise.reject(error());

/** The service does it, and nobody hears. */
export const losingTheAnswer: Fault = async (_command, send) => {
  await send();
  throw brokenConnection();
};
