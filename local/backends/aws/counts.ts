import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Queues } from '../../../runtime/adapters/aws/queues.ts';

/** Messages of a queue, those in flight and those put off included. */
export async function countMessages(sqs: SQSClient, queues: Queues, queue: string): Promise<number> {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: await queues.urlOf(queue),
      AttributeNames: [
        'ApproximateNumberOfMessages',
        'ApproximateNumberOfMessagesNotVisible',
        'ApproximateNumberOfMessagesDelayed',
      ],
    }),
  );
  return Object.values(Attributes).reduce((sum, count) => sum + Number(count), 0);
}
