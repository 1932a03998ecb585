import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { ConsumerShape } from '../../components/shop.ts';
import { deadLetterQueueName, queueName } from '../../runtime/adapters/aws/queue-names.ts';
import { type AwsContext, Part } from './part.ts';

export interface ConsumerQueues {
  readonly queueName: string;
  readonly deadLetterQueueName: string;
  readonly queueArn: pulumi.Output<string>;
  readonly deadLetterQueueArn: pulumi.Output<string>;
  /** What must be there before messages come. */
  readonly ready: readonly pulumi.Resource[];
}

/** How long a message that is taken stays out of sight, in seconds: six times a function's time, and more. */
export const visibilitySeconds = 300;

/**
 * Receives before SQS itself gives a message up. The services count attempts and give up by themselves; this is for
 * a message that ends its function each time.
 */
export const maxReceives = 1000;

/**
 * How long a queue keeps what nobody takes: the longest that SQS does, two weeks. Its own default of four days is a long
 * weekend with a function that does not start.
 */
export const keptSeconds = 14 * 24 * 3600;

/** The event topic, and one queue with its dead letters for each consumer. */
export class Messaging extends Part {
  private readonly queues = new Map<string, ConsumerQueues>();
  readonly topicArn: pulumi.Output<string>;
  /** Where failed invocations go that no queue holds: of streams and of schedules. */
  readonly failuresArn: pulumi.Output<string>;
  readonly failuresName: string;

  constructor(context: AwsContext) {
    super('Messaging', 'messaging', context);
    const { naming } = context;
    const topic = new aws.sns.Topic(
      'events',
      // The key that AWS keeps for SNS: services of the account may publish under it.
      { name: naming.name('events'), kmsMasterKeyId: 'alias/aws/sns', tags: this.tags },
      this.child,
    );
    this.topicArn = topic.arn;
    this.failuresName = naming.name('failures', 80);
    this.failuresArn = this.createQueue('failures', this.failuresName, {
      messageRetentionSeconds: keptSeconds,
    }).arn;
    this.registerOutputs({ topicArn: this.topicArn });
  }

  createConsumer({ name, types }: ConsumerShape): void {
    const { prefix } = this.context.naming;
    const names = {
      queueName: queueName(prefix, name),
      deadLetterQueueName: deadLetterQueueName(prefix, name),
    };
    const dead = this.createQueue(`${name}-dead`, names.deadLetterQueueName, {
      messageRetentionSeconds: keptSeconds,
    });
    const queue = this.createQueue(name, names.queueName, {
      visibilityTimeoutSeconds: visibilitySeconds,
      messageRetentionSeconds: keptSeconds,
      receiveWaitTimeSeconds: 20,
      redrivePolicy: pulumi.jsonStringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: maxReceives }),
    });
    new aws.sqs.RedriveAllowPolicy(
      `${name}-dead`,
      {
        queueUrl: dead.url,
        redriveAllowPolicy: pulumi.jsonStringify({
          redrivePermission: 'byQueue',
          sourceQueueArns: [queue.arn],
        }),
      },
      this.child,
    );
    const policy = new aws.sqs.QueuePolicy(
      name,
      {
        queueUrl: queue.url,
        policy: pulumi.jsonStringify({
          Version: '2012-10-17',
          Statement: [
            {
              Sid: 'EventsOfTheShop',
              Effect: 'Allow',
              Principal: { Service: 'sns.amazonaws.com' },
              Action: 'sqs:SendMessage',
              Resource: queue.arn,
              Condition: { ArnEquals: { 'aws:SourceArn': this.topicArn } },
            },
          ],
        }),
      },
      this.child,
    );
    const subscription = new aws.sns.TopicSubscription(
      name,
      {
        topic: this.topicArn,
        protocol: 'sqs',
        endpoint: queue.arn,
        rawMessageDelivery: true,
        filterPolicy: JSON.stringify({ type: types }),
        filterPolicyScope: 'MessageAttributes',
      },
      { ...this.child, dependsOn: [policy] },
    );
    this.queues.set(name, {
      ...names,
      queueArn: queue.arn,
      deadLetterQueueArn: dead.arn,
      ready: [policy, subscription],
    });
  }

  get(consumer: string): ConsumerQueues {
    const queues = this.queues.get(consumer);
    if (!queues)
      throw new Error(`consumer ${consumer} has no queue: ${[...this.queues.keys()].join(', ')} have`);
    return queues;
  }

  private createQueue(name: string, fullName: string, args: aws.sqs.QueueArgs): aws.sqs.Queue {
    // Its own encryption: messages of SNS cannot come into a queue under the key alias/aws/sqs.
    return new aws.sqs.Queue(
      name,
      { name: fullName, sqsManagedSseEnabled: true, ...args, tags: this.tags },
      this.child,
    );
  }
}
