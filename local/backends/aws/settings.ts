import { z } from 'zod';
import { clientDefaults } from '../../../runtime/adapters/aws/clients.ts';
import { readEnv } from '../../../runtime/config/env.ts';
import type { Environment } from '../parts.ts';

const shape = {
  AWS_REGION: z.string(),
  AWS_ENDPOINT_URL_DYNAMODB: z.url(),
  AWS_ENDPOINT_URL_SNS: z.url(),
  AWS_ENDPOINT_URL_SQS: z.url(),
  RESOURCE_PREFIX: z.string(),
  TOPIC_ARN: z.string().startsWith('arn:'),
};

/** The stand-ins as the plan laid them out. @throws ConfigError */
export const readAwsSettings = (env: Environment) => readEnv(shape, env);

/** The shop's own client settings, for a stand-in. */
export const standInClient = (region: string, endpoint: string) => ({
  ...clientDefaults,
  region,
  endpoint,
  credentials: { accessKeyId: 'standin', secretAccessKey: 'standin' },
});

/** The secret with the keys that sign tokens. */
export const tokenKeysSecret = 'shop/token-keys';

/** With all that is published, for the console. */
export const consoleQueue = (prefix: string): string => `${prefix}console`;
