import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { functionShapes } from '../../../entries/functions/shape.ts';
import { readEnv } from '../../../runtime/config/env.ts';
import {
  consoleQueue,
  readAwsSettings,
  standInClient,
  tokenKeysSecret,
} from '../../backends/aws/settings.ts';
import { loadStandIns } from '../../backends/stand-ins.ts';
import { runStandIn } from '../run-stand-in.ts';

/** Longer than a function may take with a batch, and short enough that a killed one's messages come soon again. */
const visibilitySeconds = 5;

const portOf = (endpoint: string) => Number(new URL(endpoint).port);

const secretSettings = {
  TOKEN_KEYS_FILE: z.string(),
  AWS_ACCESS_KEY_ID: z.string(),
  AWS_ENDPOINT_URL_SECRETS_MANAGER: z.url(),
};

await runStandIn('stand-ins', async () => {
  const settings = readAwsSettings(process.env);
  const shapes = functionShapes(process.env);
  const { startCloud } = await loadStandIns.aws();
  const { startSecretsManager } = await loadStandIns.secretsManager();
  const cloud = await startCloud({
    dynamoDbPort: portOf(settings.AWS_ENDPOINT_URL_DYNAMODB),
    snsSqsPort: portOf(settings.AWS_ENDPOINT_URL_SQS),
    dataDir: join(process.env.DATA_DIR ?? '', 'cloud'),
    client: (endpoint) => standInClient(settings.AWS_REGION, endpoint),
    prefix: settings.RESOURCE_PREFIX,
    topic: settings.TOPIC_ARN.slice(settings.TOPIC_ARN.lastIndexOf(':') + 1),
    tables: shapes.flatMap(({ tables }) => tables),
    consumers: shapes.flatMap(({ consumers }) => consumers),
    visibilitySeconds,
    listener: consoleQueue(settings.RESOURCE_PREFIX),
  });
  const { TOKEN_KEYS_FILE, ...env } = readEnv(secretSettings);
  const secretsManager = await startSecretsManager({
    port: portOf(env.AWS_ENDPOINT_URL_SECRETS_MANAGER),
    accessKeyId: env.AWS_ACCESS_KEY_ID,
    secretOf: async (name) => (name === tokenKeysSecret ? readFile(TOKEN_KEYS_FILE, 'utf8') : undefined),
  });
  return async () => {
    await Promise.all([cloud.stop(), secretsManager.stop()]);
  };
});
