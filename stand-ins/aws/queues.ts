import {
  CreateTopicCommand,
  ListSubscriptionsByTopicCommand,
  type SNSClient,
  SubscribeCommand,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  SetQueueAttributesCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { deadLetterQueueName, queueName } from '../../runtime/adapters/aws/queues.ts';
import type { Consumer } from '../../runtime/ports/event-bus.ts';

export interface Clients {
  readonly sns: SNSClient;
  readonly sqs: SQSClient;
}

export interface Queue {
  readonly url: string;
  readonly arn: string;
}

export interface QueueOptions {
  readonly prefix: string;
  readonly topicArn: string;
  /** How long a message taken stays out of sight, in seconds. @default 300 */
  readonly visibilitySeconds?: number;
  /** Receives before SQS itself gives a message up, as one that ends its function each time. @default 1000 */
  readonly maxReceives?: number;
}

export async function createTopic(sns: SNSClient, name: string): Promise<string> {
  const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: name }));
  return TopicArn;
}

/** A consumer's queue, its dead-letter queue, and its subscription, which hands on the types it names as they are. */
export async function createConsumerQueue(
  { sns, sqs }: Clients,
  { name, types }: Pick<Consumer, 'name' | 'types'>,
  { prefix, topicArn, visibilitySeconds = 300, maxReceives = 1000 }: QueueOptions,
): Promise<Queue> {
  const dead = await createQueue(sqs, deadLetterQueueName(prefix, name), {});
  const queue = await createQueue(sqs, queueName(prefix, name), {
    VisibilityTimeout: String(visibilitySeconds),
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: maxReceives }),
  });
  await subscribe(sns, topicArn, queue, { FilterPolicy: JSON.stringify({ type: types }) });
  return queue;
}

/** A queue that hears everything. Repeating it changes nothing, as with the others here. */
export async function createListener(
  { sns, sqs }: Clients,
  name: string,
  { topicArn, visibilitySeconds = 300 }: Pick<QueueOptions, 'topicArn' | 'visibilitySeconds'>,
): Promise<Queue> {
  const queue = await createQueue(sqs, name, { VisibilityTimeout: String(visibilitySeconds) });
  await subscribe(sns, topicArn, queue, {});
  return queue;
}

/** A queue that is there gets these attributes. */
async function createQueue(sqs: SQSClient, name: string, attributes: Record<string, string>): Promise<Queue> {
  const { QueueUrl: url = '' } = await sqs
    .send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }))
    .catch((error: Error) => {
      // Its name tells the old service's name too.
      if (!error.name.endsWith('QueueNameExists')) throw error;
      return sqs.send(new GetQueueUrlCommand({ QueueName: name }));
    });
  if (Object.keys(attributes).length > 0)
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: attributes }));
  return { url, arn: await arnOf(sqs, url) };
}

/** A queue that is there. */
export async function findQueue(sqs: SQSClient, name: string): Promise<Queue> {
  const { QueueUrl: url = '' } = await sqs.send(new GetQueueUrlCommand({ QueueName: name }));
  return { url, arn: await arnOf(sqs, url) };
}

async function arnOf(sqs: SQSClient, url: string): Promise<string> {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] }),
  );
  return Attributes?.QueueArn ?? '';
}

/** One that is there with other attributes, as the filter of a consumer that hears more now, is replaced. */
async function subscribe(
  sns: SNSClient,
  topicArn: string,
  { arn }: Queue,
  attributes: Record<string, string>,
): Promise<void> {
  const command = new SubscribeCommand({
    TopicArn: topicArn,
    Protocol: 'sqs',
    Endpoint: arn,
    Attributes: { RawMessageDelivery: 'true', ...attributes },
  });
  await sns.send(command).catch(async (error: Error) => {
    if (error.name !== 'InvalidParameterException') throw error;
    const { Subscriptions = [] } = await sns.send(
      new ListSubscriptionsByTopicCommand({ TopicArn: topicArn }),
    );
    for (const { Endpoint, SubscriptionArn } of Subscriptions)
      if (Endpoint === arn) await sns.send(new UnsubscribeCommand({ SubscriptionArn }));
    await sns.send(command);
  });
}
