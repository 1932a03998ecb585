import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { z } from 'zod';
import { clientDefaults } from '../../runtime/adapters/aws/clients.ts';
import { createSnsPublisher } from '../../runtime/adapters/aws/publisher.ts';
import { createSecretsManagerSecrets } from '../../runtime/adapters/aws/secrets.ts';
import { hostContainers } from '../containers/host.ts';

/** Containers on AWS. Region and identity come from the environment, as the SDK reads it. */
export const awsHost = hostContainers({
  settings: {
    /** Where events are published. */
    TOPIC_ARN: z.string().startsWith('arn:'),
  },
  secrets: createSecretsManagerSecrets(new SecretsManagerClient(clientDefaults)),
  openPublisher: ({ TOPIC_ARN: topic }) => {
    const client = new SNSClient(clientDefaults);
    return { publisher: createSnsPublisher(client, topic), close: () => client.destroy() };
  },
});
