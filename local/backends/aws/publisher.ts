import { SNSClient } from '@aws-sdk/client-sns';
import { createSnsPublisher } from '../../../runtime/adapters/aws/publisher.ts';
import type { OpenPublisher } from '../parts.ts';
import { readAwsSettings, standInClient } from './settings.ts';

export const openPublisher: OpenPublisher = (env) => {
  const settings = readAwsSettings(env);
  const client = new SNSClient(standInClient(settings.AWS_REGION, settings.AWS_ENDPOINT_URL_SNS));
  return { publisher: createSnsPublisher(client, settings.TOPIC_ARN), close: () => client.destroy() };
};
